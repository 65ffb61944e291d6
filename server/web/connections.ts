/** Connections of the profile: as whom, what for, whether they work; ask again, remove, and connect more. */
import type { FastifyInstance } from 'fastify'
import type { Gateway } from '../app.ts'
import { overviewConnections, type ConnectionOverview } from '../db/connection-overview.ts'
import { Fault } from '../fault.ts'
import { disconnect } from '../oauth/disconnect.ts'
import type { Visitor } from '../sign-in/session.ts'
import { verifyConnection } from '../verify-connection.ts'
import { onSubmit, onView } from './door.ts'
import { html, plain, type Html } from './html.ts'
import { formToken, goTo, sendPage } from './page.ts'
import { ago } from './times.ts'

const path = '/dashboard/connections'

const notices: Record<string, string> = {
  works: 'Checked: the credential works.',
  expired: 'Checked: the service no longer accepts the credential. Connect the account again.',
  unsure: 'The service could not be asked, so nothing is known and nothing was changed. Try again later.',
  removed: 'Removed. The stored credential is destroyed, and the service is told where it can be.',
}

export function connectionPages(app: FastifyInstance, gateway: Gateway): void {
  const { sql, catalogue } = gateway

  app.get('/dashboard', (_request, reply) => goTo(reply, path))

  onView(app, gateway, path, async ({ visitor, reply, query }) => {
    const connections = await overviewConnections(sql, visitor.profileId)
    const notice = notices[query.get('done') ?? '']
    const titleOf = (name: string): string => catalogue.integrations().get(name)?.title ?? name
    const body = html`<div class="head">
        <h1>Connections</h1>
        <p class="soft">
          The accounts that your agents act with. Nobody, you included, gets to see a credential.
        </p>
      </div>
      ${notice === undefined ? null : html`<p class="note" role="status">${notice}</p>`}
      <section class="card flush">
        ${
          connections.length === 0
            ? html`<p class="empty">Nothing is connected yet. Begin below.</p>`
            : table(connections, visitor, titleOf)
        }
      </section>
      <section class="card">
        <h2>Connect an account</h2>
        <div class="row">
          ${[...catalogue.integrations()].map(
            ([name, { title }]) => html`<a class="button" href="/connect/${name}">${title}</a>`,
          )}
        </div>
      </section>`
    return sendPage(reply, { title: 'Connections', body, visitor, section: path })
  })

  onSubmit(app, gateway, `${path}/verify`, path, async ({ visitor, form, reply }) => {
    const caller = { profileId: visitor.profileId, keyId: null }
    const done = await verifyConnection(gateway, caller, form.get('connection') ?? '').then(
      ({ status }) => (status === 'active' ? 'works' : 'expired'),
      (error: unknown) => {
        if (error instanceof Fault && error.status >= 502) return 'unsure'
        throw error
      },
    )
    return goTo(reply, `${path}?done=${done}`)
  })

  onSubmit(app, gateway, `${path}/remove`, path, async ({ visitor, form, reply }) => {
    const caller = { profileId: visitor.profileId, keyId: null }
    const removed = await disconnect(gateway, caller, form.get('connection') ?? '')
    return goTo(reply, removed ? `${path}?done=removed` : path)
  })
}

function table(
  connections: ConnectionOverview[],
  visitor: Visitor,
  titleOf: (integration: string) => string,
): Html {
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Service</th>
        <th scope="col">Account</th>
        <th scope="col">Status</th>
        <th scope="col">Granted</th>
        <th scope="col">Last used</th>
        <td></td>
      </tr>
    </thead>
    <tbody>
      ${connections.map((connection) => row(connection, visitor, titleOf(connection.integration)))}
    </tbody>
  </table>`
}

const states: Record<string, [colour: string, text: string]> = {
  active: ['good', 'works'],
  expired: ['bad', 'connect again'],
  revoked: ['bad', 'revoked'],
  error: ['bad', 'error'],
  pending: ['warn', 'not finished'],
}

function row(connection: ConnectionOverview, visitor: Visitor, title: string): Html {
  const { id, account, identity, identifier, status, scopes_granted, scopes_lost } = connection
  const [colour, text] = states[status] ?? ['', status]
  return html`<tr>
    <td data-label="Service"><strong>${title}</strong></td>
    <td data-label="Account">
      <span>
        ${plain(account)}${identity !== null && identity !== account ? html` <span class="soft">is ${plain(identity)}</span>` : null}
        ${identifier === '' ? null : html`<span class="tag">for ${plain(identifier)}</span>`}
      </span>
    </td>
    <td data-label="Status"><span class="state ${colour}">${text}</span></td>
    <td data-label="Granted">
      <span>
        ${(scopes_granted ?? []).map((scope) => html`<span class="tag mono">${plain(scope)}</span>`)}
        ${scopes_lost.map((scope) => html`<span class="tag mono">not ${plain(scope)}</span>`)}
        ${scopes_granted === null ? html`<span class="soft">what the secret allows</span>` : null}
      </span>
    </td>
    <td data-label="Last used">${ago(connection.last_used_at, 'not lately')}</td>
    <td class="acts">
      ${status === 'active' ? null : html`<a class="button tiny" href="/connect/${connection.integration}">Connect again</a>`}
      ${act('verify', 'Check', `Check ${title} ${account}`, '')}
      ${act('remove', 'Remove', `Remove ${title} ${account}`, 'danger')}
    </td>
  </tr>`

  function act(name: string, text: string, label: string, colour: string): Html {
    return html`<form class="line" method="post" action="${path}/${name}">
      ${formToken(visitor)}<input type="hidden" name="connection" value="${id}" />
      <button class="tiny ${colour}" aria-label="${plain(label)}">${text}</button>
    </form>`
  }
}
