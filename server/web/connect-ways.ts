/**
 * The ways to connect an account of an integration, as forms: a button that leads to the service, or fields for what
 * a person has. A secret is tried at the service before it is stored, and is never shown again, not even after a mistake.
 */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Auth, AuthField, Integration, Variable } from '#manifest'
import type { Gateway } from '../app.ts'
import { connectBySecret } from '../connect-by-secret.ts'
import { fault, Fault } from '../fault.ts'
import { label } from '../http/input.ts'
import { beginAuthorization } from '../oauth/begin.ts'
import type { Visitor } from '../sign-in/session.ts'
import { readVariables } from '../variables.ts'
import { onSubmit, onView } from './door.ts'
import { html, plain, type Html } from './html.ts'
import { formToken, goTo, sendPage } from './page.ts'

/** A form that was not taken: of which way, and what is wrong by field. */
interface Rejected {
  auth: string
  form: URLSearchParams
  message: string
  fields: ReadonlyMap<string, string>
}

export function connectWays(app: FastifyInstance, gateway: Gateway): void {
  const { catalogue } = gateway

  onSubmit(app, gateway, '/connect/:integration/with/:auth', '/dashboard', async (submission) => {
    const { visitor, form, params, reply } = submission
    const integration = catalogue.integration(params['integration']!)
    const auth = integration?.auth.find((entry) => entry.id === params['auth'])
    if (integration === undefined || auth === undefined)
      throw fault('not_found', { fill: { resource: 'way to connect', name: params['auth']! } })
    try {
      const caller = { profileId: visitor.profileId, keyId: null }
      const wish = { integration, auth, account: readAccount(form), identifier: '' }
      const variables = gather(form, 'variables.')
      if (auth.type === 'oauth2') {
        const told = readVariables(integration, variables)
        const { connection_id } = await beginAuthorization(gateway, { ...caller, ...wish, variables: told })
        return goTo(reply, `/connect/${integration.name}/leave?link=${connection_id}`)
      }
      await connectBySecret(gateway, caller, { ...wish, secret: gather(form, 'secret.'), variables })
      return goTo(reply, `/connect/${integration.name}/connected`)
    } catch (error) {
      if (!(error instanceof Fault) || error.status === 500) throw error
      const fields = new Map((error.details.fields ?? []).map(({ path, message }) => [path, message]))
      const rejected = { auth: auth.id, form, message: error.message, fields }
      return showWays(gateway, integration, visitor, reply, rejected)
    }
  })

  // A browser does not let a form lead to another site, not even by a redirect, so this page stands between.
  onView(app, gateway, '/connect/:integration/leave', async ({ visitor, params, query, reply }) => {
    const { name, title } = known(params['integration']!)
    const leaveTo = `/connect/${name}?link=${encodeURIComponent(query.get('link') ?? '')}`
    const body = html`<section class="card">
      <h1>To ${title}</h1>
      <p>There you are asked what this gateway may do with your account.</p>
      <p><a class="button main" href="${leaveTo}">Continue to ${title}</a></p>
    </section>`
    return sendPage(reply, { title: `To ${title}`, body, visitor, narrow: true, leaveTo })
  })

  onView(app, gateway, '/connect/:integration/connected', async ({ visitor, params, reply }) => {
    const { title } = known(params['integration']!)
    const body = html`<section class="card">
      <h1>${title} is connected</h1>
      <p>The credential was tried and is stored encrypted. You may close this page.</p>
      <p><a class="button" href="/dashboard/connections">See your connections</a></p>
    </section>`
    return sendPage(reply, { title: `${title} is connected`, body, visitor, narrow: true })
  })

  function known(name: string): Integration {
    const integration = catalogue.integration(name)
    if (integration === undefined) throw fault('not_found', { fill: { resource: 'integration', name } })
    return integration
  }
}

/** @throws Fault bad_request */
function readAccount(form: URLSearchParams): string | null {
  const account = (form.get('account') ?? '').trim()
  if (account === '') return null
  if (label.pattern.test(account)) return account
  const fields = [{ path: 'account', message: label.wants }]
  throw fault('bad_request', { fill: { reason: `account ${label.wants}` }, fields })
}

/** The fields whose names begin so; what was left empty was not given. */
function gather(form: URLSearchParams, prefix: string): Record<string, string> {
  const pairs = [...form].filter(([name, value]) => name.startsWith(prefix) && value.trim() !== '')
  return Object.fromEntries(
    pairs.map(([name, value]) => [name.slice(prefix.length), value.trim().replaceAll('\r\n', '\n')]),
  )
}

export async function showWays(
  gateway: Gateway,
  integration: Integration,
  visitor: Visitor,
  reply: FastifyReply,
  rejected?: Rejected,
): Promise<FastifyReply> {
  const { name, title, docs } = integration
  const hasApp = (await gateway.oauthApps.find(name)) !== undefined
  const setup = gateway.catalogue.skillFiles(name).find((file) => file.file_path === 'references/setup.md')
  const first = (auth: Auth): number => (auth.type === 'oauth2' ? (hasApp ? 0 : 2) : 1)
  const ways = integration.auth.filter(({ type }) => type !== 'none').sort((a, b) => first(a) - first(b))
  const body = html`<section class="card">
      <div class="head">
        <h1>Connect ${title}</h1>
        <p class="soft">
          For ${visitor.email}. Your agents can then act there, and never see what you enter here.
        </p>
      </div>
      ${ways.length === 0 ? html`<p>${title} needs no account.</p>` : null}
    </section>
    ${ways.map((auth) => way(integration, auth, visitor, hasApp, rejected?.auth === auth.id ? rejected : undefined))}
    ${
      setup === undefined
        ? null
        : html`<section class="card">
            <details>
              <summary>How to get what is asked for</summary>
              <pre class="prose">${setup.content.replace(/^---\n[^]*?\n---\n/, '').trim()}</pre>
            </details>
            ${docs === undefined ? null : html`<p class="soft small">Documentation of the service: <span class="mono">${docs}</span></p>`}
          </section>`
    }`
  const page = { title: `Connect ${title}`, body, visitor, narrow: true }
  return sendPage(reply, page, rejected === undefined ? 200 : 400)
}

function way(
  integration: Integration,
  auth: Auth,
  visitor: Visitor,
  hasApp: boolean,
  rejected: Rejected | undefined,
): Html {
  const asksPerson = auth.type === 'oauth2'
  const heading = html`<h2>${auth.title}</h2>`
  if (asksPerson && !hasApp)
    return html`<section class="card">
      ${heading}
      <p class="soft">
        The operator has not set up an app for it yet:
        <span class="mono"
          >skillett admin oauth-app set --integration ${integration.name} --client-id ID</span
        >
      </p>
    </section>`
  const asked = asksPerson ? scopesOf(auth) : []
  const variables = Object.entries(integration.variables).filter(([, { from }]) => from === 'user')
  return html`<section class="card">
    ${heading}
    ${rejected === undefined ? null : html`<p class="note bad" role="alert">${plain(rejected.message, 400)}</p>`}
    ${asked.length === 0 ? null : scopeList(asked)}
    <form method="post" action="/connect/${integration.name}/with/${auth.id}" autocomplete="off">
      ${formToken(visitor)}
      ${variables.map(([name, variable]) => variableField(auth, name, variable, rejected))}
      ${asksPerson ? null : Object.entries(auth.fields).map(([name, field]) => secretField(auth, name, field, rejected))}
      ${textField(auth, 'account', 'Name for this account', 'By default, who the service says you are', rejected)}
      <button class="main">${asksPerson ? `Continue to ${integration.title}` : 'Try it and connect'}</button>
    </form>
  </section>`
}

/** What the service will be asked to grant, and why the skill wants it. */
function scopesOf({ settings }: Auth): [scope: string, why: string][] {
  const reasons = (settings['scopes'] ?? {}) as Record<string, string>
  const wanted = (settings['default_scopes'] ?? Object.keys(reasons)) as string[]
  return wanted.map((scope) => [scope, reasons[scope] ?? ''])
}

function scopeList(scopes: [scope: string, why: string][]): Html {
  return html`<div>
    <p class="soft small">You will be asked to grant</p>
    <ul class="does">
      ${scopes.map(([scope, why]) => html`<li><span class="mono">${scope}</span>${why === '' ? null : ` – ${why}`}</li>`)}
    </ul>
  </div>`
}

function variableField(auth: Auth, name: string, variable: Variable, rejected: Rejected | undefined): Html {
  const { title = name, description, example } = variable
  const hint = [description, example === undefined ? undefined : `Such as ${example}`]
    .filter(Boolean)
    .join(' ')
  return textField(auth, `variables.${name}`, title, hint, rejected, true)
}

function textField(
  auth: Auth,
  name: string,
  title: string,
  hint: string,
  rejected: Rejected | undefined,
  required = false,
): Html {
  const id = `${auth.id}-${name}`
  return html`<div class="field">
    <label for="${id}">${title}</label>
    <input
      id="${id}"
      name="${name}"
      type="text"
      value="${rejected?.form.get(name)}"
      spellcheck="false"
      ${required ? html`required` : null}
    />
    ${complaint(rejected?.fields.get(name))} ${hint === '' ? null : html`<p class="soft small">${hint}</p>`}
  </div>`
}

/** Keys of several lines need room; everything else that is secret is not shown while it is typed. */
function secretField(auth: Auth, name: string, field: AuthField, rejected: Rejected | undefined): Html {
  const id = `${auth.id}-${name}`
  const full = `secret.${name}`
  const isLong = auth.type === 'jwt' && field.secret
  const input = isLong
    ? html`<textarea id="${id}" name="${full}" rows="5" class="mono" required spellcheck="false"></textarea>`
    : html`<input
        id="${id}"
        name="${full}"
        type="${field.secret ? 'password' : 'text'}"
        required
        autocomplete="off"
        spellcheck="false"
        value="${field.secret ? null : rejected?.form.get(full)}"
      />`
  const wrong = rejected?.fields.get(full) ?? (field.secret ? rejected?.fields.get('secret') : undefined)
  return html`<div class="field">
    <label for="${id}">${field.title}</label>
    ${input} ${complaint(wrong)}
    ${field.description === undefined ? null : html`<p class="soft small">${field.description}</p>`}
  </div>`
}

function complaint(wrong: string | undefined): Html | null {
  return wrong === undefined ? null : html`<p class="wrong">It ${plain(wrong, 200)}</p>`
}
