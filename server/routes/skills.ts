/**
 * Discovery in three levels, search, and the exported skill for download. An answer says whether the caller is
 * connected, so it differs by caller; the ETag covers that too.
 */
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Gateway } from '../app.ts'
import { searchRoutes } from '../db/catalogue.ts'
import { listConnections } from '../db/connections.ts'
import { authenticate } from '../http/caller.ts'
import { badRequest } from '../http/input.ts'
import { unknownSkill } from '../http/unknown.ts'

const mostHits = 20

interface SkillParams {
  integration: string
  endpoint: string
}

export function skillRoutes(app: FastifyInstance, gateway: Gateway): void {
  const { sql, catalogue, admission } = gateway

  app.get<{ Querystring: { q?: string } }>('/v1/skills', async (request, reply) => {
    const { profileId } = await authenticate(admission, request.headers)
    const query = searchText(request.query.q)
    if (query !== null) return { endpoints: await searchRoutes(sql, query, null, mostHits) }
    const accounts = await accountsOf(gateway, profileId)
    const integrations = [...catalogue.integrations()].map(([name, entry]) => ({
      name,
      title: entry.title,
      description: entry.description,
      endpoints: entry.endpoints,
      connected: accounts.has(name),
      accounts: accounts.get(name) ?? [],
    }))
    return sendTagged(request, reply, { integrations })
  })

  app.get<{ Params: SkillParams; Querystring: { q?: string } }>(
    '/v1/skills/:integration',
    async (request, reply) => {
      const { profileId } = await authenticate(admission, request.headers)
      const { integration: name } = request.params
      const integration = catalogue.integration(name)
      if (integration === undefined) throw unknownSkill(catalogue, name, '')
      const query = searchText(request.query.q)
      if (query !== null) return { endpoints: await searchRoutes(sql, query, name, mostHits) }
      const accounts = (await accountsOf(gateway, profileId)).get(name) ?? []
      const { title, description, version, docs, endpoints } = integration
      return sendTagged(request, reply, {
        name,
        title,
        description,
        version,
        ...(docs === undefined ? {} : { docs }),
        connected: accounts.length > 0,
        accounts,
        endpoints: Object.entries(endpoints).map(([endpoint, summary]) => ({ name: endpoint, ...summary })),
      })
    },
  )

  app.get<{ Params: SkillParams }>('/v1/skills/:integration/:endpoint', async (request, reply) => {
    await authenticate(admission, request.headers)
    const { integration: name, endpoint: endpointName } = request.params
    const operation = catalogue.operation(name, endpointName)
    if (operation === undefined) throw unknownSkill(catalogue, name, endpointName)
    const { request: plan, ...endpoint } = operation.endpoint
    const { group, title, description, annotations, scopes, input, output, examples, notes, deprecated } =
      endpoint
    return sendTagged(request, reply, {
      integration: name,
      name: endpointName,
      group,
      title,
      description,
      method: plan.method,
      path: plan.path,
      annotations,
      scopes,
      input,
      ...(output === undefined ? {} : { output }),
      examples,
      notes,
      ...(deprecated === undefined ? {} : { deprecated }),
    })
  })

  app.get<{ Params: { slug: string } }>('/v1/:slug/download', async (request, reply) => {
    await authenticate(admission, request.headers)
    const { slug } = request.params
    if (!catalogue.integrations().has(slug)) throw unknownSkill(catalogue, slug, '')
    return sendTagged(request, reply, { slug, files: catalogue.skillFiles(slug) })
  })
}

/** The caller's connected accounts by integration. */
async function accountsOf({ sql }: Gateway, profileId: string): Promise<Map<string, string[]>> {
  const accounts = new Map<string, string[]>()
  for (const { integration, account, status } of await listConnections(sql, profileId))
    if (status === 'active') accounts.set(integration, [...(accounts.get(integration) ?? []), account])
  return accounts
}

/** null without a search. */
function searchText(q: unknown): string | null {
  if (q === undefined || (typeof q === 'string' && q.trim() === '')) return null
  if (typeof q !== 'string' || q.length > 200 || /\p{Cc}/u.test(q))
    throw badRequest('q must be one search text of at most 200 characters')
  return q
}

function sendTagged(request: FastifyRequest, reply: FastifyReply, body: object): FastifyReply {
  const text = JSON.stringify(body)
  const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`
  reply.header('etag', tag).header('cache-control', 'private, no-cache')
  if (request.headers['if-none-match'] === tag) return reply.code(304).send()
  return reply.type('application/json').send(text)
}
