/** /v1/connections — what the caller's profile is connected to. No answer holds a credential. */
import type { FastifyInstance } from 'fastify'
import type { Gateway } from '../app.ts'
import { identify } from '../connecting.ts'
import { findConnection, listConnections, setConnectionStatus } from '../db/connections.ts'
import { fault, Fault } from '../fault.ts'
import { authenticate } from '../http/caller.ts'
import { disconnect } from '../oauth/disconnect.ts'

type ById = { Params: { id: string } }

export function connectionRoutes(app: FastifyInstance, gateway: Gateway): void {
  const { sql, admission, catalogue, vault } = gateway

  app.get('/v1/connections', async (request) => {
    const { profileId } = await authenticate(admission, request.headers)
    return { connections: await listConnections(sql, profileId) }
  })

  app.delete<ById>('/v1/connections/:id', async (request, reply) => {
    const { profileId, keyId } = await authenticate(admission, request.headers)
    if (!(await disconnect(gateway, { profileId, keyId }, request.params.id)))
      throw unknown(request.params.id)
    return reply.code(204).send()
  })

  app.post<ById>('/v1/connections/:id/verify', async (request) => {
    const { profileId, keyId } = await authenticate(admission, request.headers)
    const connection = await findConnection(sql, profileId, request.params.id)
    if (connection === undefined) throw unknown(request.params.id)
    const integration = catalogue.integration(connection.integration)
    const auth = integration?.auth.find((entry) => entry.id === connection.auth)
    if (integration === undefined || auth === undefined || connection.credential === null)
      throw fault('conflict', {
        fill: { reason: 'this gateway no longer serves the integration it was made with' },
      })
    const { id, account, variables } = connection
    const credential = vault.open({ profileId, connectionId: id }, connection.credential)
    const access = { auth, credential, variables }
    const identity = await identify(gateway, integration, access, { profileId, keyId }, id).catch(
      (error: unknown) => {
        if (error instanceof Fault && error.code === 'bad_request') return undefined
        throw error
      },
    )
    const status = identity === undefined ? 'expired' : 'active'
    await setConnectionStatus(sql, id, status)
    return { id, integration: integration.name, account, status, identity: identity ?? null }
  })
}

function unknown(id: string): Fault {
  return fault('not_found', { fill: { resource: 'connection', name: id } })
}
