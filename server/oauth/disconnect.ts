/** Removing a connection: its credential and data key are gone at once, and the service is told behind that. */
import type { Gateway } from '../app.ts'
import type { Caller } from '../connecting.ts'
import { deleteConnection } from '../db/connections.ts'
import { revocationOf } from './revoke.ts'

/** @returns false when the profile has no such connection */
export async function disconnect(gateway: Gateway, caller: Caller, connectionId: string): Promise<boolean> {
  const { profileId } = caller
  const removed = await deleteConnection(gateway.sql, profileId, connectionId, (connection) => {
    const integration = gateway.catalogue.integration(connection.integration)
    const auth = integration?.auth.find((entry) => entry.id === connection.auth)
    if (integration === undefined || auth === undefined || connection.credential === null) return null
    const credential = gateway.vault.open({ profileId, connectionId }, connection.credential)
    const { variables } = connection
    return revocationOf(
      gateway,
      { held: { ...caller, connectionId }, integration, auth, variables },
      credential,
    )
  })
  if (removed) gateway.revoker.wake()
  return removed
}
