/**
 * A walk of the road that renews what the service no longer accepts: one renewal, one replay. What the service said
 * last is the health of the connection.
 */
import type { Auth } from '#manifest'
import type { Gateway } from './app.ts'
import type { Operation } from './catalogue/catalogue.ts'
import type { Admitted, Connection } from './db/admission.ts'
import { setConnectionStatus } from './db/connections.ts'
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
  let answer = await gateway.road.travel(operation, request, { auth, credential, variables })
  if (answer.status === 401) {
    const renewed = await gateway.refresher.renew({
      held: { profileId, keyId, connectionId },
      integration: operation.integration,
      auth,
      version: sealed.version,
      variables,
    })
    if (renewed !== undefined) answer = await gateway.road.travel(operation, request, { auth, ...renewed })
  }
  await noteHealth(gateway, connection, answer)
  return answer
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
