/** Routes that take a key or, from our own pages, the session of a signed-in person. */
import type { FastifyRequest } from 'fastify'
import type { Gateway } from '../app.ts'
import { fault } from '../fault.ts'
import { authenticate } from '../http/caller.ts'
import { isJson } from '../http/oauth-answers.ts'
import { isSameOrigin } from './same-origin.ts'
import { readSession } from './session.ts'

export interface KeyOrSession {
  profileId: string
  /** null: a person, in a browser. */
  keyId: string | null
}

/** @throws Fault unauthorized and the key's own refusals; forbidden for a change that another site's page asks for */
export async function authenticateEither(gateway: Gateway, request: FastifyRequest): Promise<KeyOrSession> {
  if (request.headers.authorization !== undefined) return authenticate(gateway.admission, request.headers)
  const visitor = await readSession(gateway, request)
  if (visitor === undefined) throw fault('unauthorized')
  const changes = request.method !== 'GET'
  const isOurs = isSameOrigin(request.headers, gateway.publicUrl())
  if (changes && (!isOurs || (request.method === 'POST' && !isJson(request))))
    throw fault('forbidden', { fill: { reason: 'it has to be JSON, sent by a page of this gateway' } })
  return { profileId: visitor.profileId, keyId: null }
}
