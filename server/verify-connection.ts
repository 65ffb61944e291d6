/** Asks the service whether a stored credential still works, and remembers the answer as the connection's status. */
import type { Gateway } from './app.ts'
import { identify, type Caller } from './connecting.ts'
import { findConnection, setConnectionStatus } from './db/connections.ts'
import { fault, Fault } from './fault.ts'

export interface Verified {
  id: string
  integration: string
  account: string
  status: 'active' | 'expired'
  identity: string | null
}

/** @throws Fault not_found, conflict when the skill is gone, or the road's own faults */
export async function verifyConnection(gateway: Gateway, caller: Caller, id: string): Promise<Verified> {
  const { sql, catalogue, vault } = gateway
  const { profileId } = caller
  const connection = await findConnection(sql, profileId, id)
  if (connection === undefined) throw fault('not_found', { fill: { resource: 'connection', name: id } })
  const integration = catalogue.integration(connection.integration)
  const auth = integration?.auth.find((entry) => entry.id === connection.auth)
  if (integration === undefined || auth === undefined || connection.credential === null)
    throw fault('conflict', {
      fill: { reason: 'this gateway no longer serves the integration it was made with' },
    })
  const { account, variables } = connection
  const credential = vault.open({ profileId, connectionId: id }, connection.credential)
  const access = { auth, credential, variables }
  const stored = { connectionId: id, version: connection.credential.version }
  const identity = await identify(gateway, integration, access, caller, stored).catch((error: unknown) => {
    if (error instanceof Fault && error.code === 'bad_request') return undefined
    throw error
  })
  const status = identity === undefined ? 'expired' : 'active'
  await setConnectionStatus(sql, id, status)
  return { id, integration: integration.name, account, status, identity: identity ?? null }
}
