/** /v1/connections — what the caller's profile is connected to. No answer holds a credential. */
import type { FastifyInstance } from 'fastify'
import type { Gateway } from '../app.ts'
import { listConnections } from '../db/connections.ts'
import { fault, type Fault } from '../fault.ts'
import { authenticate } from '../http/caller.ts'
import { disconnect } from '../oauth/disconnect.ts'
import { verifyConnection } from '../verify-connection.ts'
import { isId } from '../ids.ts'

type ById = { Params: { id: string } }

export function connectionRoutes(app: FastifyInstance, gateway: Gateway): void {
  const { sql, admission } = gateway

  app.get('/v1/connections', async (request) => {
    const { profileId } = await authenticate(admission, request.headers)
    return { connections: await listConnections(sql, profileId) }
  })

  app.delete<ById>('/v1/connections/:id', async (request, reply) => {
    const { profileId, keyId } = await authenticate(admission, request.headers)
    const { id } = request.params
    if (!isId('conn', id) || !(await disconnect(gateway, { profileId, keyId }, id))) throw unknown(id)
    return reply.code(204).send()
  })

  app.post<ById>('/v1/connections/:id/verify', async (request) => {
    const { profileId, keyId } = await authenticate(admission, request.headers)
    const { id } = request.params
    if (!isId('conn', id)) throw unknown(id)
    return verifyConnection(gateway, { profileId, keyId }, id)
  })
}

function unknown(id: string): Fault {
  return fault('not_found', { fill: { resource: 'connection', name: id } })
}
