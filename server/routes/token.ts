/**
 * POST /v1/token — the token broker, for scripts that must hold a token themselves. Needs a key with the `tokens`
 * permission; every token handed out is in the audit log first.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Gateway } from '../app.ts'
import { findService, ownerOfUrl, type AskedService } from '../broker/asked-service.ts'
import type { NoToken } from '../broker/authorization-needed.ts'
import { handOut, type HandedOut } from '../broker/hand-out.ts'
import type { Caller } from '../connecting.ts'
import { findKey } from '../db/keys.ts'
import { listServices, listVariedConnections } from '../db/services.ts'
import { errorBody, fault, Fault } from '../fault.ts'
import { authenticate, presentedKey } from '../http/caller.ts'
import { badRequest, label, readBody, type Body } from '../http/input.ts'

const bodyFields = {
  services: { type: 'strings' },
  url: { type: 'string' },
  connection: label,
  identifier: label,
} as const

const mostServices = 20

export function tokenRoutes(app: FastifyInstance, gateway: Gateway): void {
  app.post('/v1/token', async (request) => {
    const keyHash = presentedKey(request.headers)
    const { profileId, keyId } = await authenticate(gateway.admission, request.headers)
    const key = await findKey(gateway.sql, keyId)
    if (key?.tokens !== true)
      throw fault('forbidden', {
        fill: { reason: 'this key may call endpoints and is not given tokens' },
        next: [
          {
            command: 'skillett keys create --name NAME --tokens',
            why: 'makes a key that is, where the owner agrees',
          },
        ],
      })
    const body = readBody(request.body, bodyFields)
    if (body instanceof Fault) throw body
    const names = askedNames(body)
    const caller = { profileId, keyId }
    if (body.url !== undefined)
      return single(await handOut(gateway, keyHash, caller, await ofUrl(profileId, body)))
    const choices = await listServices(gateway.sql, profileId)
    const find = (service: string): AskedService => {
      const asked = findService(gateway.catalogue, choices, service, body.identifier)
      return body.connection === undefined ? asked : { ...asked, account: body.connection }
    }
    if (names.length === 1) return single(await handOut(gateway, keyHash, caller, find(names[0]!)))
    return { tokens: await handOutAll(gateway, request, keyHash, caller, names, find) }
  })

  function askedNames(body: Body<typeof bodyFields>): string[] {
    const names = [...new Set(body.services ?? [])]
    if ((names.length === 0) === (body.url === undefined))
      throw badRequest('see fields', [
        { path: 'services', message: 'or url must say whose token is asked for, and only one of them' },
      ])
    if (names.length > mostServices)
      throw badRequest('see fields', [{ path: 'services', message: `must be at most ${mostServices}` }])
    if (names.length > 1 && body.connection !== undefined)
      throw badRequest('see fields', [{ path: 'connection', message: 'goes with one service' }])
    return names
  }

  async function ofUrl(profileId: string, body: Body<typeof bodyFields>): Promise<AskedService> {
    const { url, connection, identifier = '' } = body
    const varied = await listVariedConnections(gateway.sql, profileId, identifier)
    const { integration, account } = ownerOfUrl(gateway.catalogue, varied, url!)
    return {
      service: integration.name,
      integration,
      account: connection ?? account,
      identifier,
      cacheSeconds: 0,
    }
  }
}

/** @throws Fault where there is no token */
function single(result: HandedOut | NoToken): HandedOut {
  if ('problem' in result) throw result.problem
  return result
}

/** What of several services went wrong stands in its own entry; the others are handed out. */
async function handOutAll(
  gateway: Gateway,
  request: FastifyRequest,
  keyHash: string,
  caller: Caller,
  names: string[],
  find: (service: string) => AskedService,
): Promise<Record<string, unknown>[]> {
  const entry = (service: string, status: string, problem: Fault): Record<string, unknown> => {
    const { request_id: _, ...told } = errorBody(problem, request.id)
    return { service, status, ...told }
  }
  return Promise.all(
    names.map(async (service) => {
      try {
        const result = await handOut(gateway, keyHash, caller, find(service))
        return 'problem' in result ? entry(service, result.status, result.problem) : { ...result }
      } catch (error) {
        if (!(error instanceof Fault)) throw error
        return entry(service, error.code === 'not_found' ? 'not_configured' : 'error', error)
      }
    }),
  )
}
