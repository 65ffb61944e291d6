/**
 * /device: a person decides about a sign-in that a program has begun. Opening the link decides nothing; the page says
 * who asks, from where and since when, and Deny is as near as Approve, and is what Enter means.
 */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Gateway } from '../app.ts'
import type { PendingDevice } from '../db/device-codes.ts'
import type { ApiKey } from '../db/keys.ts'
import { decide, keysInTheWay, lookUpDevice, readUserCode } from '../sign-in/device.ts'
import { onSubmit, onView, type Visit } from './door.ts'
import { html, type Html } from './html.ts'
import { formToken, goTo, sendPage } from './page.ts'
import { tooManyTries } from './refusal.ts'
import { ago } from './times.ts'

const path = '/device'

const outcomes: Record<string, { title: string; text: string }> = {
  approved: {
    title: 'Signed in',
    text: 'The program has what it needs. You may close this page and go back to it.',
  },
  denied: { title: 'Denied', text: 'The program was told no and got nothing. You may close this page.' },
}

export function devicePages(app: FastifyInstance, gateway: Gateway): void {
  onView(app, gateway, path, async (visit) => {
    const { query } = visit
    const outcome = outcomes[query.get('outcome') ?? '']
    if (outcome !== undefined) return showOutcome(visit, outcome)
    const typed = query.get('user_code')
    if (typed === null) return showEntry(visit)
    return look(visit, typed, (device, userCode) => showRequest(visit, device, userCode))
  })

  onSubmit(app, gateway, path, path, async ({ form, reply }) =>
    goTo(reply, `${path}?user_code=${encodeURIComponent((form.get('user_code') ?? '').slice(0, 40))}`),
  )

  onSubmit(app, gateway, `${path}/decision`, path, async (submission) => {
    const { form, visitor, reply } = submission
    const approve = form.get('decision') === 'approve'
    return look(submission, form.get('user_code') ?? '', async (device, userCode) => {
      const replacesKey = form.get('replaces') || null
      const inTheWay = approve ? await keysInTheWay(gateway, visitor) : []
      if (inTheWay.length > 0 && !inTheWay.some(({ id }) => id === replacesKey))
        return showRequest(submission, device, userCode, 'Choose the key that this one takes the place of')
      const choice = { approve, readOnly: form.get('read_only') === 'on', replacesKey }
      if (!(await decide(gateway, visitor, userCode, choice))) return showEntry(submission, unknownCode)
      return goTo(reply, `${path}?outcome=${approve ? 'approved' : 'denied'}`)
    })
  })

  async function look(
    visit: Visit,
    typed: string,
    show: (device: PendingDevice, userCode: string) => Promise<FastifyReply>,
  ): Promise<FastifyReply> {
    const userCode = readUserCode(typed)
    const found = await lookUpDevice(gateway, visit.request, visit.visitor, userCode)
    if (found === 'unknown') return showEntry(visit, unknownCode)
    if ('waitMs' in found) throw tooManyTries(found.waitMs, path)
    return show(found, userCode!)
  }

  async function showRequest(
    { visitor, request, reply }: Visit,
    device: PendingDevice,
    userCode: string,
    wrong?: string,
  ): Promise<FastifyReply> {
    const inTheWay = await keysInTheWay(gateway, visitor)
    const elsewhere = device.requested_from !== null && device.requested_from !== request.ip
    const body = html`<section class="card">
      <div class="head">
        <h1>Let this program in?</h1>
        <p class="soft">Only if you started it yourself, just now, and it shows this code:</p>
      </div>
      <p class="code">${userCode}</p>
      <dl>
        <dt>Calls itself</dt>
        <dd><strong>${device.client_name}</strong></dd>
        <dt>Machine</dt>
        <dd>${device.machine ?? html`<span class="soft">not said</span>`}</dd>
        <dt>From</dt>
        <dd class="mono">${device.requested_from}</dd>
        <dt>Asked</dt>
        <dd>${ago(device.created_at)}</dd>
        <dt>For</dt>
        <dd>${visitor.email}</dd>
      </dl>
      ${
        elsewhere
          ? html`<p class="note warn">
              It asks from another address than yours (<span class="mono">${request.ip}</span>). If somebody
              sent you this link, deny.
            </p>`
          : null
      }
      <div>
        <h2>It will be able to</h2>
        <ul class="does">
          ${powers(device.scopes).map((power) => html`<li>${power}</li>`)}
        </ul>
      </div>
      <form method="post" action="${path}/decision">
        ${formToken(visitor)}<input type="hidden" name="user_code" value="${userCode}" />
        <label class="check"><input type="checkbox" name="read_only" />Only let it read</label>
        ${inTheWay.length === 0 ? null : replacement(inTheWay, wrong)}
        <div class="two">
          <button name="decision" value="deny" autofocus>Deny</button>
          <button name="decision" value="approve">Approve</button>
        </div>
      </form>
    </section>`
    const page = { title: 'Let this program in?', body, visitor, narrow: true }
    return sendPage(reply, page, wrong === undefined ? 200 : 400)
  }
}

const unknownCode = 'This code is not right, or no longer valid. Compare it with what the program shows.'

function showEntry({ visitor, reply }: Visit, wrong?: string): FastifyReply {
  const body = html`<section class="card">
    <div class="head">
      <h1>Sign in a device</h1>
      <p class="soft">Type the code that the program shows. Nobody else should have sent it to you.</p>
    </div>
    <form method="post" action="${path}">
      ${formToken(visitor)}
      <div class="field">
        <label for="user_code">Code</label>
        <input
          id="user_code"
          name="user_code"
          type="text"
          class="codebox"
          placeholder="XXXX-XXXX"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck="false"
          maxlength="12"
          required
          autofocus
          aria-invalid="${wrong === undefined ? 'false' : 'true'}"
          aria-describedby="code-wrong"
        />
        <p class="wrong" id="code-wrong" role="${wrong === undefined ? 'none' : 'alert'}">${wrong}</p>
      </div>
      <button class="main">Continue</button>
    </form>
  </section>`
  const page = { title: 'Sign in a device', body, visitor, narrow: true }
  return sendPage(reply, page, wrong === undefined ? 200 : 404)
}

function showOutcome(
  { visitor, reply }: Visit,
  { title, text }: { title: string; text: string },
): FastifyReply {
  const body = html`<section class="card">
    <h1>${title}</h1>
    <p>${text}</p>
    <p><a href="/dashboard/keys">See your keys</a></p>
  </section>`
  return sendPage(reply, { title, body, visitor, narrow: true })
}

function powers(scopes: string[]): string[] {
  const all = scopes.includes('*')
  return [
    all
      ? 'act in every service that you have connected or will connect'
      : `act in ${scopes.join(', ')}, where you have connected it`,
    'connect and remove accounts, and make keys that may do no more than its own',
    'go on until you revoke its key; it never sees the credentials of the services',
  ]
}

function replacement(keys: ApiKey[], wrong: string | undefined): Html {
  return html`<div class="field">
    <label for="replaces">Takes the place of</label>
    <select id="replaces" name="replaces" aria-describedby="replaces-why">
      <option value="">Choose a key…</option>
      ${keys.map(
        ({ id, name, key_prefix, last_used_at }) =>
          html`<option value="${id}">
            ${name} (${key_prefix}…),
            ${last_used_at === null ? 'never used' : `used ${last_used_at.toISOString().slice(0, 10)}`}
          </option>`,
      )}
    </select>
    <p class="wrong">${wrong}</p>
    <p class="soft small" id="replaces-why">
      Your plan has no room for another key; the chosen one stops working.
    </p>
  </div>`
}
