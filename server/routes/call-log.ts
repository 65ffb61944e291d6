/** GET /v1/calls and /v1/calls/:id — the caller's own audit log, newest first, in pages. Never bodies or secrets. */
import type { FastifyInstance } from 'fastify'
import type { Gateway } from '../app.ts'
import { findCall, listCalls } from '../db/calls.ts'
import { fault } from '../fault.ts'
import { authenticate } from '../http/caller.ts'
import { badRequest } from '../http/input.ts'

const mostRows = 200
const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/

export function callLogRoutes(app: FastifyInstance, { sql, admission }: Gateway): void {
  app.get<{ Querystring: { limit?: string; cursor?: string } }>('/v1/calls', async (request) => {
    const { profileId } = await authenticate(admission, request.headers)
    const { limit = '50', cursor } = request.query
    const count = Number(limit)
    if (!Number.isInteger(count) || count < 1 || count > mostRows)
      throw badRequest('see fields', [{ path: 'limit', message: `must be an integer from 1 to ${mostRows}` }])
    if (cursor !== undefined && !uuid.test(cursor))
      throw badRequest('see fields', [
        { path: 'cursor', message: 'must be the next_cursor of a page before' },
      ])
    const rows = await listCalls(sql, profileId, cursor ?? null, count + 1)
    const calls = rows.slice(0, count)
    return { calls, next_cursor: rows.length > count ? calls.at(-1)!.id : null }
  })

  app.get<{ Params: { id: string } }>('/v1/calls/:id', async (request) => {
    const { profileId } = await authenticate(admission, request.headers)
    const { id } = request.params
    const call = uuid.test(id) ? await findCall(sql, profileId, id) : undefined
    if (call === undefined) throw fault('not_found', { fill: { resource: 'call', name: id } })
    return call
  })
}
