/** /api-keys — the keys of the caller's profile. The full key is in the answer that creates it and nowhere else. */
import type { FastifyInstance } from 'fastify'
import type { Gateway } from '../app.ts'
import { createKey, findKey, listKeys, revokeKey } from '../db/keys.ts'
import { fault, Fault } from '../fault.ts'
import { badRequest, label, readBody } from '../http/input.ts'
import { authenticateEither } from '../sign-in/key-or-session.ts'
import { isId } from '../ids.ts'

const bodyFields = {
  name: { ...label, required: true },
  scopes: { type: 'strings' },
  read_only: { type: 'boolean' },
  tokens: { type: 'boolean' },
  expires_at: { type: 'string' },
} as const

interface Wanted {
  scopes: string[]
  readOnly: boolean
  tokens: boolean
  expiresAt: Date | null
}

export function apiKeyRoutes(app: FastifyInstance, gateway: Gateway): void {
  const { sql, catalogue } = gateway

  app.get('/api-keys', async (request) => {
    const { profileId } = await authenticateEither(gateway, request)
    return listKeys(sql, profileId)
  })

  app.post('/api-keys', async (request, reply) => {
    const { profileId, keyId } = await authenticateEither(gateway, request)
    const body = readBody(request.body, bodyFields)
    if (body instanceof Fault) throw body
    const scopes = body.scopes ?? ['*']
    const known = new Set(['*', ...catalogue.integrations().keys()])
    const wrong = scopes.filter((scope) => !known.has(scope))
    if (wrong.length > 0 || scopes.length === 0)
      throw badRequest('see fields', [{ path: 'scopes', message: `must be among ${[...known].join(', ')}` }])
    const readOnly = body.read_only ?? false
    const tokens = body.tokens ?? false
    if (readOnly && tokens)
      throw badRequest('see fields', [
        { path: 'tokens', message: 'cannot be given to a read-only key: a token can write' },
      ])
    const expiresAt = readExpiry(body.expires_at)
    if (keyId !== null) await refuseWider(keyId, { scopes, readOnly, tokens, expiresAt })
    const asked = {
      name: body.name!,
      scopes,
      readOnly,
      tokens,
      expiresAt,
    }
    const created = await createKey(sql, profileId, asked)
    if ('limit' in created)
      throw fault('plan_limit_reached', { fill: { limit: created.limit, resource: 'API keys' } })
    const { id, name, key_prefix, read_only, tokens: mayHold, expires_at, created_at } = created.apiKey
    return reply.code(201).send({
      api_key: {
        id,
        name,
        key_prefix,
        scopes: created.apiKey.scopes,
        read_only,
        tokens: mayHold,
        expires_at,
        created_at,
      },
      full_key: created.fullKey,
    })
  })

  app.delete<{ Params: { id: string } }>('/api-keys/:id', async (request, reply) => {
    const { profileId } = await authenticateEither(gateway, request)
    const { id } = request.params
    if (!isId('key', id) || !(await revokeKey(sql, profileId, id)))
      throw fault('not_found', { fill: { resource: 'API key', name: id } })
    return reply.code(204).send()
  })

  /** A key cannot make a key that may do more than itself, or for longer. */
  async function refuseWider(keyId: string, asked: Wanted): Promise<void> {
    const own = await findKey(sql, keyId)
    if (own === undefined) throw fault('api_key_invalid')
    const { scopes, expiresAt } = asked
    const within = own.scopes.includes('*') || scopes.every((scope) => own.scopes.includes(scope))
    const outlives = own.expires_at !== null && (expiresAt === null || expiresAt > own.expires_at)
    const more = (own.read_only && !asked.readOnly) || (!own.tokens && asked.tokens)
    if (!within || outlives || more)
      throw fault('forbidden', { fill: { reason: 'a key cannot make one that may do more than itself' } })
  }
}

function readExpiry(text: string | undefined): Date | null {
  if (text === undefined) return null
  const date = new Date(text)
  // PostgreSQL reads years of four digits only in this notation.
  if (Number.isNaN(date.getTime()) || date.getTime() <= Date.now() || date.getUTCFullYear() > 9999)
    throw badRequest('see fields', [
      { path: 'expires_at', message: 'must be a date and time in the future (RFC 3339)' },
    ])
  return date
}
