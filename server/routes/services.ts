/**
 * /v1/services — which connection a script means by a service's name. `connection` is an account's label, or the id
 * of a connection; a label may be that of an account which is still to be connected.
 */
import type { FastifyInstance } from 'fastify'
import type { Gateway } from '../app.ts'
import { findConnection } from '../db/connections.ts'
import { deleteService, listServices, saveServices, type ServiceChoice } from '../db/services.ts'
import { fault, Fault, type Complaint } from '../fault.ts'
import { authenticate } from '../http/caller.ts'
import { badRequest, label, readBody } from '../http/input.ts'

const bodyFields = { services: { type: 'any', required: true } } as const

const serviceName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/
const mostServices = 100
const mostCacheSeconds = 3600

/** One entry as it was sent. */
interface Entry {
  service?: unknown
  connection?: unknown
  integration?: unknown
  identifier?: unknown
  cache_seconds?: unknown
}

const known = ['service', 'connection', 'integration', 'identifier', 'cache_seconds']

export function serviceRoutes(app: FastifyInstance, { sql, admission, catalogue }: Gateway): void {
  app.get('/v1/services', async (request) => {
    const { profileId } = await authenticate(admission, request.headers)
    return { services: await listServices(sql, profileId) }
  })

  app.post('/v1/services', async (request) => {
    const { profileId } = await authenticate(admission, request.headers, true)
    const body = readBody(request.body, bodyFields)
    if (body instanceof Fault) throw body
    const { services } = body
    if (!Array.isArray(services) || services.length === 0 || services.length > mostServices)
      throw badRequest('see fields', [
        { path: 'services', message: `must be an array of 1 to ${mostServices} objects` },
      ])
    const complaints: Complaint[] = []
    const choices = new Map<string, ServiceChoice>()
    for (const [index, entry] of (services as Entry[]).entries()) {
      const choice = await read(profileId, entry, (at, message) =>
        complaints.push({ path: `services[${index}]${at}`, message }),
      )
      if (choice !== undefined) choices.set(choice.service, choice)
    }
    if (complaints.length > 0) throw badRequest('see fields', complaints)
    return { services: await saveServices(sql, profileId, [...choices.values()]) }
  })

  app.delete<{ Params: { service: string } }>('/v1/services/:service', async (request, reply) => {
    const { profileId } = await authenticate(admission, request.headers, true)
    const { service } = request.params
    if (!(await deleteService(sql, profileId, service)))
      throw fault('not_found', { fill: { resource: 'service', name: service } })
    return reply.code(204).send()
  })

  async function read(
    profileId: string,
    entry: Entry,
    complain: (at: string, message: string) => void,
  ): Promise<ServiceChoice | undefined> {
    if (typeof entry !== 'object' || entry === null) return void complain('', 'must be an object')
    const { service, connection, integration, identifier = '', cache_seconds: cache = 0 } = entry
    for (const name of Object.keys(entry))
      if (!known.includes(name)) complain(`.${name}`, `is not a field here; there are ${known.join(', ')}`)
    if (typeof service !== 'string' || !serviceName.test(service))
      return void complain('.service', 'must be letters, digits, _ and -')
    if (typeof connection !== 'string' || !label.pattern.test(connection))
      return void complain('.connection', label.wants)
    if (typeof identifier !== 'string' || (identifier !== '' && !label.pattern.test(identifier)))
      return void complain('.identifier', label.wants)
    if (!Number.isInteger(cache) || (cache as number) < 0 || (cache as number) > mostCacheSeconds)
      return void complain('.cache_seconds', `must be a whole number up to ${mostCacheSeconds}`)
    const rest = { service, identifier, cache_seconds: cache as number }
    const stored = /^conn_/.test(connection) ? await findConnection(sql, profileId, connection) : undefined
    if (stored !== undefined) {
      const { account } = stored
      return {
        ...rest,
        integration: stored.integration,
        account,
        identifier: identifier || stored.identifier,
      }
    }
    const name = nameOf(typeof integration === 'string' ? integration : service)
    if (name === undefined)
      return void complain('.service', 'is not the name of an integration here; say which with "integration"')
    return { ...rest, integration: name, account: connection }
  }

  /** Other tools write `googlecalendar` and `google_calendar`. */
  function nameOf(given: string): string | undefined {
    const bare = (name: string): string => name.toLowerCase().replace(/[-_]/g, '')
    const names = [...catalogue.integrations().keys()]
    return names.find((name) => name === given) ?? names.find((name) => bare(name) === bare(given))
  }
}
