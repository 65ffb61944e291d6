/**
 * The authorization server of this gateway, for command lines and other programs of a person: metadata (RFC 8414),
 * device authorization (RFC 8628) whose last poll returns an API key, and revocation (RFC 7009). Clients are public:
 * what they say of themselves is shown to the person and believed by nobody.
 */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Gateway } from '../app.ts'
import { hashApiKey, isApiKey } from '../credentials/api-key.ts'
import { takeTry } from '../db/attempts.ts'
import { pollDevice, type Poll } from '../db/device-codes.ts'
import { revokeKeyByHash } from '../db/keys.ts'
import { fault, Fault } from '../fault.ts'
import { badRequest, readBody } from '../http/input.ts'
import { isJson, readParameters, refuseOAuth, sendOAuth, type OAuthError } from '../http/oauth-answers.ts'
import { decide, keysInTheWay, lookUpDevice, readUserCode, startDevice } from '../sign-in/device.ts'
import { deviceStarts } from '../sign-in/guessing.ts'
import { isSameOrigin } from '../sign-in/same-origin.ts'
import { readSession } from '../sign-in/session.ts'
import { hashToken } from '../sign-in/token.ts'
import { plain } from '../web/html.ts'

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'
const deviceCode = /^[0-9a-f]{40}$/
const unreadable = 'the body cannot be read'

const decisionFields = {
  user_code: { type: 'string', required: true },
  decision: { type: 'string', pattern: /^(approve|deny)$/, wants: 'must be approve or deny' },
} as const

export function deviceRoutes(app: FastifyInstance, gateway: Gateway): void {
  const { sql, catalogue, publicUrl } = gateway

  app.get('/.well-known/oauth-authorization-server', () => ({
    issuer: publicUrl(),
    device_authorization_endpoint: `${publicUrl()}/auth/device/code`,
    token_endpoint: `${publicUrl()}/auth/device/token`,
    revocation_endpoint: `${publicUrl()}/auth/revoke`,
    grant_types_supported: [deviceGrant],
    response_types_supported: [],
    scopes_supported: ['*', ...catalogue.integrations().keys()],
    token_endpoint_auth_methods_supported: ['none'],
    revocation_endpoint_auth_methods_supported: ['none'],
  }))

  app.post('/auth/device/code', async (request, reply) => {
    const waitMs = await takeTry(sql, deviceStarts(request.ip))
    if (waitMs !== null) {
      reply.header('retry-after', Math.ceil(waitMs / 1000))
      return refuseOAuth(reply, 'slow_down', 'too many sign-ins were begun from this address', 429)
    }
    const given = readParameters(request)
    if (given === null) return refuseOAuth(reply, 'invalid_request', unreadable)
    const scopes = (given.get('scope') ?? '*').split(' ').filter(Boolean)
    const known = new Set(['*', ...catalogue.integrations().keys()])
    if (scopes.length === 0 || scopes.some((scope) => !known.has(scope)))
      return refuseOAuth(reply, 'invalid_scope', `scopes are ${[...known].join(' ')}`)
    const clientId = given.get('client_id') ?? null
    if (clientId !== null && !/^[\x20-\x7e]{1,200}$/.test(clientId))
      return refuseOAuth(reply, 'invalid_request', 'client_id must be 1 to 200 printable characters')
    const started = await startDevice(gateway, {
      clientId,
      clientName: plain(given.get('client_name') ?? clientId ?? '', 60) || 'A program without a name',
      machine: plain(given.get('machine') ?? '', 60) || null,
      address: request.ip,
      scopes: [...new Set(scopes)],
    })
    return sendOAuth(reply, 200, started)
  })

  app.post('/auth/device/token', async (request, reply) => {
    const given = readParameters(request)
    const code = given?.get('device_code')
    if (given === null) return refuseOAuth(reply, 'invalid_request', unreadable)
    // A JSON body need not say what it can only be.
    const grant = given.get('grant_type') ?? (isJson(request) ? deviceGrant : undefined)
    if (grant === undefined || code === undefined)
      return refuseOAuth(reply, 'invalid_request', 'grant_type and device_code are required')
    if (grant !== deviceGrant)
      return refuseOAuth(reply, 'unsupported_grant_type', `grant_type must be ${deviceGrant}`)
    const poll = deviceCode.test(code)
      ? await pollDevice(sql, hashToken(code), given.get('client_id') ?? null)
      : 'unknown'
    return typeof poll === 'string' ? refusePoll(reply, poll) : sendKey(reply, poll)
  })

  app.post('/auth/device/authorize', async (request) => {
    if (!isSameOrigin(request.headers, publicUrl()) || !isJson(request))
      throw fault('forbidden', { fill: { reason: 'it has to be JSON, sent by a page of this gateway' } })
    const visitor = await readSession(gateway, request)
    if (visitor === undefined) throw fault('unauthorized')
    const body = readBody(request.body, decisionFields)
    if (body instanceof Fault) throw body
    const approve = body.decision !== 'deny'
    const userCode = readUserCode(body.user_code!)
    const found = await lookUpDevice(gateway, request, visitor, userCode)
    if (typeof found === 'object' && 'waitMs' in found)
      throw fault('rate_limited', { fill: { limit: 5 }, retry_after_ms: found.waitMs })
    const inTheWay = approve && found !== 'unknown' ? await keysInTheWay(gateway, visitor) : []
    if (inTheWay.length > 0)
      throw fault('plan_limit_reached', { fill: { limit: inTheWay.length, resource: 'API keys' } })
    const choice = { approve, readOnly: false, replacesKey: null }
    if (found === 'unknown' || !(await decide(gateway, visitor, userCode!, choice)))
      throw badRequest('see fields', [{ path: 'user_code', message: 'is not right or has expired' }])
    return { status: approve ? 'authorized' : 'denied' }
  })

  app.post('/auth/revoke', async (request, reply) => {
    const token = readParameters(request)?.get('token')
    if (token === undefined) return refuseOAuth(reply, 'invalid_request', 'token is required')
    // The same answer for a token that never was (RFC 7009, section 2.2).
    if (isApiKey(token)) await revokeKeyByHash(sql, hashApiKey(token))
    return sendOAuth(reply, 200, {})
  })
}

const pollErrors: Record<Exclude<Poll, object>, [OAuthError, string]> = {
  unknown: ['invalid_grant', 'the device code is unknown, used up or of another client'],
  pending: ['authorization_pending', 'nobody has decided yet'],
  too_fast: ['slow_down', 'poll five seconds less often from now on'],
  denied: ['access_denied', 'the sign-in was denied'],
  expired: ['expired_token', 'the sign-in was not approved in time'],
}

function refusePoll(reply: FastifyReply, poll: keyof typeof pollErrors): FastifyReply {
  const [error, description] = pollErrors[poll]
  return refuseOAuth(reply, error, description)
}

function sendKey(reply: FastifyReply, { created, email, displayName }: Extract<Poll, object>): FastifyReply {
  const { id, name, scopes, read_only, expires_at } = created.apiKey
  return sendOAuth(reply, 200, {
    access_token: created.fullKey,
    token_type: 'bearer',
    scope: scopes.join(' '),
    api_key: { id, name, scopes, read_only, expires_at },
    user: { email, display_name: displayName },
  })
}
