/**
 * POST /v1/connect — connects an account of the caller's profile by a secret, verified before it is stored.
 * GET /v1/connect/:connection_id — how far it is. GET /connect/:integration — where an `action_url` leads.
 */
import type { FastifyInstance } from 'fastify'
import type { Gateway } from '../app.ts'
import { chooseAuth, identify, readCredential } from '../connecting.ts'
import { findConnection, saveConnection } from '../db/connections.ts'
import { fault, Fault } from '../fault.ts'
import { admit, authenticate, presentedKey } from '../http/caller.ts'
import { badRequest, label, readBody } from '../http/input.ts'
import { unknownSkill } from '../http/unknown.ts'
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
  const { sql, catalogue, admission, vault, publicUrl } = gateway

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
    const auth = chooseAuth(integration, body.auth)
    if (body.secret === undefined)
      throw badRequest('see fields', [{ path: 'secret', message: 'is required' }])
    const credential = readCredential(auth, body.secret)
    const variables = readVariables(integration, body.variables ?? {})
    const access = { auth, credential, variables }
    const identity = await identify(gateway, integration, access, { profileId, keyId }, null)
    const wanted = {
      profileId,
      integration: integration.name,
      account: body.account ?? identity ?? 'default',
      identifier: body.identifier ?? '',
      auth: auth.id,
      identity,
      variables,
    }
    const saved = await saveConnection(sql, wanted, (connectionId) =>
      vault.seal({ profileId, connectionId }, credential),
    )
    if ('limit' in saved)
      throw fault('plan_limit_reached', { fill: { limit: saved.limit, resource: 'connections' } })
    if ('otherIdentity' in saved)
      throw fault('conflict', {
        fill: {
          reason: `"${wanted.account}" is the account ${saved.otherIdentity}; choose another name with "account"`,
        },
      })
    return {
      connection_id: saved.id,
      integration: name,
      account: wanted.account,
      status: 'connected',
      identity,
    }
  })

  app.get<{ Params: { id: string } }>('/v1/connect/:id', async (request) => {
    const { profileId } = await authenticate(admission, request.headers)
    const connection = await findConnection(sql, profileId, request.params.id)
    if (connection === undefined)
      throw fault('not_found', { fill: { resource: 'connection', name: request.params.id } })
    const status =
      connection.status === 'active' ? 'connected' : connection.status === 'pending' ? 'pending' : 'error'
    return { status, integration: connection.integration }
  })

  app.get<{ Params: { integration: string } }>('/connect/:integration', (request, reply) => {
    const integration = catalogue.integration(request.params.integration)
    if (integration === undefined) throw unknownSkill(catalogue, request.params.integration, '')
    const setup = catalogue
      .skillFiles(integration.name)
      .find((file) => file.file_path === 'references/setup.md')
    const ways = integration.auth.map(
      (auth) => `    skillett connect ${integration.name} --auth ${auth.id} --secret-stdin\n`,
    )
    const text = `# Connect ${integration.title}\n\nOn the machine that holds your API key:\n\n${ways.join('')}\n`
    return reply.type('text/markdown; charset=utf-8').send(text + (setup?.content ?? ''))
  })
}
