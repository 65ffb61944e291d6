/**
 * POST /v1/connect — connects an account of the caller's profile: by a secret, verified before it is stored, or by
 * a link at which its owner agrees. GET /v1/connect/:connection_id — how far it is.
 */
import type { FastifyInstance } from 'fastify'
import type { Gateway } from '../app.ts'
import { connectBySecret } from '../connect-by-secret.ts'
import { chooseAuth } from '../connecting.ts'
import { readAuthorization, type AuthorizationState } from '../db/authorizations.ts'
import { findConnection } from '../db/connections.ts'
import { fault, Fault } from '../fault.ts'
import { admit, authenticate, presentedKey } from '../http/caller.ts'
import { badRequest, label, readBody } from '../http/input.ts'
import { unknownSkill } from '../http/unknown.ts'
import { beginAuthorization } from '../oauth/begin.ts'
import { isId } from '../ids.ts'
import { readVariables } from '../variables.ts'

const bodyFields = {
  integration: { type: 'string', required: true },
  account: label,
  identifier: label,
  auth: { type: 'string' },
  variables: { type: 'object' },
  secret: { type: 'any' },
} as const

export function connectRoutes(app: FastifyInstance, gateway: Gateway): void {
  const { sql, catalogue, admission, publicUrl } = gateway

  app.post('/v1/connect', async (request) => {
    const keyHash = presentedKey(request.headers)
    const body = readBody(request.body, bodyFields)
    const name = body instanceof Fault ? null : body.integration!
    const asker = {
      keyHash,
      integration: name,
      account: null,
      identifier: '',
      writes: true,
      needsConnection: false,
    }
    const context = { integration: name ?? '', title: name ?? '', publicUrl: publicUrl() }
    const { profileId, keyId } = await admit(admission, asker, null, context)
    if (body instanceof Fault) throw body
    const integration = catalogue.integration(name!)
    if (integration === undefined)
      throw fault('not_found', { fill: { resource: 'integration', name: name! } })
    const auth = chooseAuth(integration, body.auth, body.secret !== undefined)
    const { account = null, identifier = '', variables = {}, secret } = body
    const caller = { profileId, keyId }
    if (auth.type === 'oauth2') {
      const told = readVariables(integration, variables)
      const wish = { ...caller, integration, auth, account, identifier, variables: told }
      return beginAuthorization(gateway, wish)
    }
    if (secret === undefined) throw badRequest('see fields', [{ path: 'secret', message: 'is required' }])
    return connectBySecret(gateway, caller, { integration, auth, secret, variables, account, identifier })
  })

  app.get<{ Params: { id: string } }>('/v1/connect/:id', async (request) => {
    const { profileId } = await authenticate(admission, request.headers)
    const { id } = request.params
    const asked = isId('conn', id) ? await readAuthorization(sql, profileId, id) : undefined
    if (asked !== undefined) return withoutEmpty(asked)
    const connection = isId('conn', id) ? await findConnection(sql, profileId, id) : undefined
    if (connection === undefined) throw fault('not_found', { fill: { resource: 'connection', name: id } })
    const status =
      connection.status === 'active' ? 'connected' : connection.status === 'pending' ? 'pending' : 'error'
    return { status, integration: connection.integration }
  })
}

/** Only what there is to say. */
function withoutEmpty(state: AuthorizationState): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(state).filter(
      ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
    ),
  )
}
