/** The account: who one is, the password, and the browsers that are signed in. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Gateway } from '../app.ts'
import { returnTry, takeTry } from '../db/attempts.ts'
import { findPassword, savePassword } from '../db/passwords.ts'
import { usageOf } from '../db/profiles.ts'
import { deleteSessionByHandle, deleteSessions, listSessions, type SessionRow } from '../db/sessions.ts'
import { passwordTries } from '../sign-in/guessing.ts'
import { hashPassword, isPassword, shortest, weakness } from '../sign-in/password.ts'
import { endSession, type Visitor } from '../sign-in/session.ts'
import { onSubmit, onView, type Visit } from './door.ts'
import { html, plain, type Html } from './html.ts'
import { formToken, goTo, sendPage } from './page.ts'
import { tooManyTries } from './refusal.ts'
import { ago } from './times.ts'

const path = '/dashboard/account'

const done: Record<string, string> = {
  password: 'The password is set. Every other browser was signed out.',
  ended: 'That browser is signed out.',
}

/** What is wrong with the password form, by field. */
interface Wrong {
  current?: string
  fresh?: string
}

export function accountPages(app: FastifyInstance, gateway: Gateway): void {
  const { sql } = gateway

  onView(app, gateway, path, (visit) => show(visit))

  onSubmit(app, gateway, `${path}/password`, path, async (submission) => {
    const { visitor, form, request, reply } = submission
    const fresh = form.get('fresh') ?? ''
    const known = await findPassword(sql, visitor.email)
    if (known?.hash != null) {
      const tries = passwordTries(visitor.email, request.ip)
      const wait = await takeTry(sql, tries)
      if (wait !== null) throw tooManyTries(wait, path)
      if (!(await isPassword(form.get('current') ?? '', known.hash)))
        return show(submission, { current: 'This is not the present password' })
      await returnTry(sql, tries)
    }
    const weak = weakness(fresh, visitor.email)
    if (weak !== null) return show(submission, { fresh: `It ${weak}` })
    await savePassword(sql, visitor.profileId, await hashPassword(fresh))
    await deleteSessions(sql, visitor.profileId, visitor.sessionHash)
    return goTo(reply, `${path}?done=password`)
  })

  onSubmit(app, gateway, `${path}/sessions/end`, path, async ({ visitor, form, reply }) => {
    await deleteSessionByHandle(sql, visitor.profileId, form.get('session') ?? '')
    return goTo(reply, `${path}?done=ended`)
  })

  onSubmit(app, gateway, `${path}/sessions/end-all`, path, async ({ visitor, request, reply }) => {
    await deleteSessions(sql, visitor.profileId, null)
    await endSession(gateway, request, reply)
    return goTo(reply, '/sign-in')
  })

  async function show({ visitor, reply, query }: Visit, wrong: Wrong = {}): Promise<FastifyReply> {
    const [sessions, usage] = await Promise.all([
      listSessions(sql, visitor.profileId, visitor.sessionHash),
      usageOf(sql, visitor.profileId),
    ])
    const notice = done[query.get('done') ?? '']
    const body = html`<div class="head"><h1>Account</h1></div>
      ${notice === undefined ? null : html`<p class="note" role="status">${notice}</p>`}
      <section class="card">
        <dl>
          <dt>Address</dt>
          <dd>${visitor.email}</dd>
          <dt>Plan</dt>
          <dd>${visitor.plan}</dd>
          <dt>Calls today</dt>
          <dd>
            ${count(usage?.calls_today ?? 0)}${usage?.daily_limit == null ? null : ` of ${count(usage.daily_limit)}`}
          </dd>
        </dl>
      </section>
      ${passwordCard(visitor, wrong)}
      <section class="card flush">
        <div class="row end">
          <h2>Signed-in browsers</h2>
          <form method="post" action="${path}/sessions/end-all">
            ${formToken(visitor)}<button class="tiny danger">Sign out everywhere</button>
          </form>
        </div>
        <table>
          <thead>
            <tr>
              <th scope="col">Browser</th>
              <th scope="col">Address</th>
              <th scope="col">Signed in</th>
              <th scope="col">Last seen</th>
              <td></td>
            </tr>
          </thead>
          <tbody>
            ${sessions.map((session) => sessionRow(session, visitor))}
          </tbody>
        </table>
      </section>`
    const page = { title: 'Account', body, visitor, section: path }
    return sendPage(reply, page, Object.keys(wrong).length === 0 ? 200 : 400)
  }
}

function passwordCard(visitor: Visitor, wrong: Wrong): Html {
  return html`<section class="card">
    <div class="head">
      <h2>Password</h2>
      <p class="soft">
        ${
          visitor.hasPassword
            ? 'Changing it signs out every other browser.'
            : 'Without one, you sign in by one-time links from the operator.'
        }
      </p>
    </div>
    <form method="post" action="${path}/password">
      ${formToken(visitor)}
      <input type="email" name="email" autocomplete="username" value="${visitor.email}" readonly hidden />
      <div class="side">
        ${visitor.hasPassword ? passwordField('current', 'Present password', 'current-password', wrong.current) : null}
        ${passwordField('fresh', 'New password', 'new-password', wrong.fresh)}
        <div class="field">
          <button class="main">${visitor.hasPassword ? 'Change password' : 'Set password'}</button>
        </div>
      </div>
      <p class="soft small">At least ${shortest} characters; a few unrelated words are good.</p>
    </form>
  </section>`
}

function passwordField(name: string, label: string, autocomplete: string, wrong: string | undefined): Html {
  return html`<div class="field">
    <label for="${name}">${label}</label>
    <input
      id="${name}"
      name="${name}"
      type="password"
      autocomplete="${autocomplete}"
      required
      aria-invalid="${wrong === undefined ? 'false' : 'true'}"
      aria-describedby="${name}-wrong"
    />
    ${wrong === undefined ? null : html`<p class="wrong" id="${name}-wrong">${wrong}</p>`}
  </div>`
}

function count(number: number): string {
  return number.toLocaleString('en')
}

const methods = { link: 'by link', password: 'by password', oidc: 'by provider' }

function sessionRow(session: SessionRow, visitor: Visitor): Html {
  return html`<tr>
    <td data-label="Browser">
      <span
        >${browserOf(session.user_agent)}
        ${session.current ? html`<span class="tag">this one</span>` : null}</span
      >
    </td>
    <td data-label="Address" class="mono">${session.address}</td>
    <td data-label="Signed in"><span>${ago(session.created_at)}, ${methods[session.method]}</span></td>
    <td data-label="Last seen">${ago(session.last_seen_at)}</td>
    <td class="acts">
      ${
        session.current
          ? null
          : html`<form class="line" method="post" action="${path}/sessions/end">
              ${formToken(visitor)}<input type="hidden" name="session" value="${session.handle}" />
              <button class="tiny">Sign out</button>
            </form>`
      }
    </td>
  </tr>`
}

const browsers: [mark: RegExp, name: string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]

const systems: [mark: RegExp, name: string][] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Mac OS X/, 'macOS'],
  [/Windows/, 'Windows'],
  [/Linux/, 'Linux'],
]

/** What a User-Agent means to people. */
export function browserOf(userAgent: string): string {
  const name = browsers.find(([mark]) => mark.test(userAgent))?.[1]
  const system = systems.find(([mark]) => mark.test(userAgent))?.[1]
  if (name === undefined) return plain(userAgent, 40) || 'unknown'
  return system === undefined ? name : `${name} on ${system}`
}
