/**
 * A walk of the road that renews what the service no longer accepts: one renewal, one replay. What the service said
 * last is the health of the connection.
 */
import type { Auth, Integration } from '#manifest'
import type { Gateway } from './app.ts'
import type { Operation } from './catalogue/catalogue.ts'
import type { Access } from './credentials/authorize.ts'
import type { Admitted, Connection } from './db/admission.ts'
import { setConnectionStatus } from './db/connections.ts'
import type { Held } from './oauth/renewal-kinds.ts'
import type { BuiltRequest } from './request/build.ts'
import type { UpstreamAnswer } from './upstream/client.ts'

/** @throws Fault as `Road.travel` and `Refresher.renew` do */
export async function travelRenewed(
  gateway: Gateway,
  operation: Operation,
  request: BuiltRequest,
  auth: Auth,
  { connection, profileId, keyId }: Admitted,
): Promise<UpstreamAnswer> {
  if (connection === null || connection.sealed === null)
    return gateway.road.travel(operation, request, {
      auth,
      credential: {},
      variables: connection?.variables ?? {},
    })
  const { id: connectionId, sealed, variables } = connection
  const credential = gateway.vault.open({ profileId, connectionId }, sealed)
  const stored = {
    held: { profileId, keyId, connectionId },
    integration: operation.integration,
    access: { auth, credential, variables },
    version: sealed.version,
  }
  const answer = await sendRenewing(gateway, stored, (access) =>
    gateway.road.travel(operation, request, access),
  )
  await noteHealth(gateway, connection, answer)
  return answer
}

/** An access as it is stored. */
export interface StoredAccess {
  held: Held
  integration: Integration
  access: Access
  /** Of its credential. */
  version: number
}

/** Sends once and, when the service refuses the credential and there is a newer one to be had, once more. */
export async function sendRenewing(
  gateway: Gateway,
  { held, integration, access, version }: StoredAccess,
  send: (access: Access) => Promise<UpstreamAnswer>,
): Promise<UpstreamAnswer> {
  const answer = await send(access)
  if (answer.status !== 401) return answer
  const { auth, variables } = access
  const renewed = await gateway.refresher.renew({ held, integration, auth, version, variables })
  return renewed === undefined ? answer : send({ auth, ...renewed })
}

/** Written only when it changes. */
async function noteHealth(
  { sql, warn }: Gateway,
  { id, status }: Connection,
  answer: UpstreamAnswer,
): Promise<void> {
  const health = answer.status === 401 ? 'expired' : answer.status < 500 ? 'active' : status
  if (health === status) return
  await setConnectionStatus(sql, id, health).catch((error: unknown) =>
    warn('the health of a connection was not written', { connection: id, reason: String(error) }),
  )
}
