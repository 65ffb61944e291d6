/** The audit log of the profile: its latest calls, narrowed down by a form that is a plain GET. */
import type { FastifyInstance } from 'fastify'
import type { Gateway } from '../app.ts'
import { searchCalls, type CallFilter, type ListedCall } from '../db/call-search.ts'
import { listKeys } from '../db/keys.ts'
import { onView } from './door.ts'
import { html, type Html } from './html.ts'
import { sendPage } from './page.ts'
import { ago } from './times.ts'

const path = '/dashboard/calls'
const pageSize = 50
const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/

const outcomes = ['done', 'refused', 'failed', 'unknown'] as const

type Choice = [value: string, text: string]

export function callPages(app: FastifyInstance, gateway: Gateway): void {
  const { sql, catalogue } = gateway

  onView(app, gateway, path, async ({ visitor, reply, query }) => {
    const keys = await listKeys(sql, visitor.profileId)
    const choices: Record<'integration' | 'outcome' | 'key', Choice[]> = {
      integration: [...catalogue.integrations()].map(([name, { title }]): Choice => [name, title]),
      outcome: outcomes.map((outcome): Choice => [outcome, outcome]),
      key: keys.map(({ id, name, key_prefix }): Choice => [id, `${name} (${key_prefix}…)`]),
    }
    const chosen = (name: keyof typeof choices): string | null => {
      const value = query.get(name)
      return choices[name].some(([known]) => known === value) ? value : null
    }
    const before = query.get('before')
    const filter: CallFilter = {
      integration: chosen('integration'),
      outcome: chosen('outcome') as CallFilter['outcome'],
      keyId: chosen('key'),
      before: before !== null && uuid.test(before) ? before : null,
    }
    const rows = await searchCalls(sql, visitor.profileId, filter, pageSize + 1)
    const calls = rows.slice(0, pageSize)
    const names = new Map(keys.map(({ id, name }) => [id, name]))
    const body = html`<div class="head">
        <h1>Calls</h1>
        <p class="soft">Every call is recorded before it is made, and never what was in it.</p>
      </div>
      <form class="card" method="get" action="${path}">
        <div class="side">
          ${select('integration', 'Integration', choices.integration, filter.integration)}
          ${select('outcome', 'Outcome', choices.outcome, filter.outcome)}
          ${select('key', 'Key', choices.key, filter.keyId)}
          <div class="field"><button>Show</button></div>
        </div>
      </form>
      <section class="card flush">
        ${calls.length === 0 ? html`<p class="empty">No calls.</p>` : table(calls, names)}
      </section>
      ${rows.length > pageSize ? older(query, calls.at(-1)!.id) : null}`
    return sendPage(reply, { title: 'Calls', body, visitor, section: path })
  })
}

function select(name: string, label: string, choices: Choice[], chosen: string | null): Html {
  return html`<div class="field">
    <label for="${name}">${label}</label>
    <select id="${name}" name="${name}">
      <option value="">All</option>
      ${choices.map(
        ([value, text]) =>
          html`<option value="${value}" ${value === chosen ? html`selected` : null}>${text}</option>`,
      )}
    </select>
  </div>`
}

function older(query: URLSearchParams, last: string): Html {
  const next = new URLSearchParams(query)
  next.set('before', last)
  return html`<p><a class="button" href="${path}?${next.toString()}">Older calls</a></p>`
}

function table(calls: ListedCall[], keys: ReadonlyMap<string, string>): Html {
  return html`<table>
    <thead>
      <tr>
        <th scope="col">When</th>
        <th scope="col">Call</th>
        <th scope="col">As</th>
        <th scope="col">Key</th>
        <th scope="col">Outcome</th>
        <th scope="col">Took</th>
      </tr>
    </thead>
    <tbody>
      ${calls.map((call) => row(call, keys))}
    </tbody>
  </table>`
}

const colours: Record<ListedCall['outcome'], string> = {
  done: 'good',
  refused: 'bad',
  failed: 'bad',
  unknown: 'warn',
  started: '',
  not_sent: 'warn',
}

function row(call: ListedCall, keys: ReadonlyMap<string, string>): Html {
  const key = call.key_id === null ? 'in the browser' : (keys.get(call.key_id) ?? call.key_id)
  return html`<tr>
    <td data-label="When"><span title="${call.id}">${ago(call.started_at)}</span></td>
    <td data-label="Call" class="mono">${call.integration} ${call.endpoint}</td>
    <td data-label="As">${call.account ?? html`<span class="soft">–</span>`}</td>
    <td data-label="Key">${key}</td>
    <td data-label="Outcome">
      <span class="state ${colours[call.outcome]}"
        >${call.error ?? call.upstream_status ?? call.outcome}</span
      >
    </td>
    <td data-label="Took">
      ${call.duration_ms === null ? html`<span class="soft">–</span>` : `${call.duration_ms} ms`}
    </td>
  </tr>`
}
