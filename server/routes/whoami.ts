/** GET /v1/whoami — the profile and the key of the caller, and what is left of the day. Never the key itself. */
import type { FastifyInstance } from 'fastify'
import type { Gateway } from '../app.ts'
import { findKey } from '../db/keys.ts'
import { usageOf } from '../db/profiles.ts'
import { fault } from '../fault.ts'
import { authenticate } from '../http/caller.ts'

export function whoamiRoutes(app: FastifyInstance, { sql, admission }: Gateway): void {
  app.get('/v1/whoami', async (request) => {
    const { profileId, keyId } = await authenticate(admission, request.headers)
    const [usage, key] = await Promise.all([usageOf(sql, profileId), findKey(sql, keyId)])
    // Deleted between the two queries.
    if (usage === undefined || key === undefined) throw fault('api_key_invalid')
    const { id, name, key_prefix, scopes, read_only, tokens, expires_at } = key
    return {
      email: usage.email,
      plan: usage.plan,
      key: { id, name, key_prefix, scopes, read_only, tokens, expires_at },
      usage: { calls_today: usage.calls_today, daily_limit: usage.daily_limit },
    }
  })
}
