/** Keys of the profile: make one, which is shown once, and revoke them. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Gateway } from '../app.ts'
import { isApiKey } from '../credentials/api-key.ts'
import { createKey, listKeys, revokeKey, type ApiKey } from '../db/keys.ts'
import { label } from '../http/input.ts'
import { printCookie, readCookie } from '../sign-in/cookies.ts'
import type { Visitor } from '../sign-in/session.ts'
import { onSubmit, onView, type Submission, type Visit } from './door.ts'
import { html, type Html } from './html.ts'
import { formToken, goTo, sendPage } from './page.ts'
import { ago } from './times.ts'

const path = '/dashboard/keys'

/** Carries a new key over the redirect into the page that shows it, in the browser that asked for it. */
const shownOnce = 'skillett-new-key'

const lifetimes: [value: string, text: string, days: number | null][] = [
  ['never', 'Until revoked', null],
  ['30', '30 days', 30],
  ['90', '90 days', 90],
  ['365', 'A year', 365],
]

/** What was filled in, and what is wrong with it. */
interface Draft {
  form: URLSearchParams
  wrong: string
}

export function keyPages(app: FastifyInstance, gateway: Gateway): void {
  const { sql, catalogue, publicUrl } = gateway

  onView(app, gateway, path, (visit) => show(visit))

  onSubmit(app, gateway, path, path, async (submission) => {
    const { form, visitor, reply } = submission
    const asked = readForm(submission)
    if (typeof asked === 'string') return show(submission, { form, wrong: asked })
    const created = await createKey(sql, visitor.profileId, asked)
    if ('limit' in created) {
      const wrong = `Your plan allows ${created.limit} ${created.limit === 1 ? 'key' : 'keys'}. Revoke one first.`
      return show(submission, { form, wrong })
    }
    const cookie = { maxAgeSeconds: 60, sameSite: 'Strict' } as const
    reply.header('set-cookie', printCookie(publicUrl(), shownOnce, created.fullKey, cookie))
    return goTo(reply, path)
  })

  onSubmit(app, gateway, `${path}/revoke`, path, async ({ form, visitor, reply }) => {
    await revokeKey(sql, visitor.profileId, form.get('key') ?? '')
    return goTo(reply, path)
  })

  /** What the form asks for, or what is wrong with it. */
  function readForm({ form }: Submission) {
    const name = (form.get('name') ?? '').trim()
    const scopes = form.get('reach') === 'some' ? form.getAll('scope') : ['*']
    const known = catalogue.integrations()
    const [readOnly, tokens] = [form.get('read_only') === 'on', form.get('tokens') === 'on']
    const days = lifetimes.find(([value]) => value === form.get('expires'))?.[2]
    if (!label.pattern.test(name)) return `The name ${label.wants}.`
    if (scopes.length === 0) return 'Choose at least one integration.'
    if (scopes.some((scope) => scope !== '*' && !known.has(scope)))
      return 'Choose among the integrations listed.'
    if (readOnly && tokens)
      return 'A key that only reads cannot be handed tokens: with a token one can write.'
    if (days === undefined) return 'Choose how long it works.'
    const expiresAt = days === null ? null : new Date(Date.now() + days * 86_400_000)
    return { name, scopes, readOnly, tokens, expiresAt }
  }

  async function show({ visitor, request, reply }: Visit, draft?: Draft): Promise<FastifyReply> {
    const keys = await listKeys(sql, visitor.profileId)
    const fresh = readCookie(publicUrl(), shownOnce, request.headers)
    const isFresh = fresh !== undefined && isApiKey(fresh)
    if (fresh !== undefined)
      reply.header(
        'set-cookie',
        printCookie(publicUrl(), shownOnce, '', { maxAgeSeconds: 0, sameSite: 'Strict' }),
      )
    const body = html`<div class="head">
        <h1>Keys</h1>
        <p class="soft">What agents and programs show to this gateway. A key never opens a credential.</p>
      </div>
      ${isFresh ? newKey(fresh) : null}
      <section class="card flush">
        ${
          keys.length === 0
            ? html`<p class="empty">
                No keys yet. <span class="mono">skillett login</span> makes one for a machine.
              </p>`
            : table(keys, visitor)
        }
      </section>
      <section class="card">
        <h2>Make a key</h2>
        ${form(visitor, draft)}
      </section>`
    return sendPage(reply, { title: 'Keys', body, visitor, section: path }, draft === undefined ? 200 : 400)
  }

  function form(visitor: Visitor, draft: Draft | undefined): Html {
    const { form: given = new URLSearchParams(), wrong } = draft ?? {}
    const some = given.get('reach') === 'some'
    return html`<form method="post" action="${path}">
      ${formToken(visitor)}
      ${wrong === undefined ? null : html`<p class="note bad" role="alert">${wrong}</p>`}
      <div class="side">
        <div class="field">
          <label for="name">Name</label>
          <input id="name" name="name" type="text" required maxlength="100" value="${given.get('name')}" />
        </div>
        <div class="field">
          <label for="expires">Works</label>
          <select id="expires" name="expires">
            ${lifetimes.map(
              ([value, text]) =>
                html`<option value="${value}" ${mark(given.get('expires') === value, 'selected')}>
                  ${text}
                </option>`,
            )}
          </select>
        </div>
      </div>
      <fieldset>
        <legend>May use</legend>
        <div class="checks">
          <label class="check"
            ><input type="radio" name="reach" value="all" ${mark(!some, 'checked')} />every integration</label
          >
          <label class="check"
            ><input type="radio" name="reach" value="some" ${mark(some, 'checked')} />only:</label
          >
          ${[...catalogue.integrations()].map(
            ([name, { title }]) =>
              html`<label class="check">
                <input
                  type="checkbox"
                  name="scope"
                  value="${name}"
                  ${mark(given.getAll('scope').includes(name), 'checked')}
                />${title}
              </label>`,
          )}
        </div>
      </fieldset>
      <fieldset>
        <legend>Limits</legend>
        <div class="checks">
          <label class="check">
            <input type="checkbox" name="read_only" ${mark(given.get('read_only') === 'on', 'checked')} />only
            read
          </label>
          <label class="check">
            <input type="checkbox" name="tokens" ${mark(given.get('tokens') === 'on', 'checked')} />may be
            handed the tokens themselves
          </label>
        </div>
      </fieldset>
      <div><button class="main">Make the key</button></div>
    </form>`
  }
}

function mark(holds: boolean, attribute: 'checked' | 'selected'): Html | null {
  return holds ? (attribute === 'checked' ? html`checked` : html`selected`) : null
}

function newKey(key: string): Html {
  return html`<section class="card" role="status">
    <div class="head">
      <h2>Your new key</h2>
      <p class="soft">Copy it now. It is stored nowhere and is not shown again.</p>
    </div>
    <code class="secret mono">${key}</code>
  </section>`
}

function table(keys: ApiKey[], visitor: Visitor): Html {
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Name</th>
        <th scope="col">Key</th>
        <th scope="col">May use</th>
        <th scope="col">Last used</th>
        <th scope="col">Ends</th>
        <td></td>
      </tr>
    </thead>
    <tbody>
      ${keys.map((key) => row(key, visitor))}
    </tbody>
  </table>`
}

function row(key: ApiKey, visitor: Visitor): Html {
  const over =
    key.revoked_at ??
    (key.expires_at !== null && key.expires_at.getTime() < Date.now() ? key.expires_at : null)
  return html`<tr>
    <td data-label="Name"><strong>${key.name}</strong></td>
    <td data-label="Key" class="mono">${key.key_prefix}…</td>
    <td data-label="May use">
      <span>
        ${key.scopes.map((scope) => html`<span class="tag">${scope === '*' ? 'everything' : scope}</span>`)}
        ${key.read_only ? html`<span class="tag">only reads</span>` : null}
        ${key.tokens ? html`<span class="tag">tokens</span>` : null}
      </span>
    </td>
    <td data-label="Last used">${ago(key.last_used_at)}</td>
    <td data-label="Ends">
      ${
        over === null
          ? ago(key.expires_at)
          : html`<span class="state bad">${key.revoked_at === null ? 'expired' : 'revoked'}</span>`
      }
    </td>
    <td class="acts">
      ${
        over === null
          ? html`<form class="line" method="post" action="${path}/revoke">
              ${formToken(visitor)}<input type="hidden" name="key" value="${key.id}" />
              <button class="tiny danger" aria-label="Revoke ${key.name}">Revoke</button>
            </form>`
          : null
      }
    </td>
  </tr>`
}
