/**
 * Requests and answers of the OAuth routes, exactly as RFC 6749 has them: parameters as a form (or the same as JSON),
 * `application/json`, a string `error`, never cached. The house's own error body is not for these routes.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'

export type Parameters = ReadonlyMap<string, string>

/** RFC 6749 section 5.2, RFC 8628 section 3.5, RFC 7009 section 2.2.1. */
export type OAuthError =
  | 'invalid_request'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'unsupported_grant_type'
  | 'unsupported_token_type'
  | 'authorization_pending'
  | 'slow_down'
  | 'access_denied'
  | 'expired_token'

/** @returns null when the body cannot be read, or names a parameter twice */
export function readParameters(request: FastifyRequest): Parameters | null {
  const text = String(request.body ?? '')
  if (isJson(request)) return readJson(text)
  const pairs = [...new URLSearchParams(text)]
  const parameters = new Map(pairs)
  return parameters.size === pairs.length ? parameters : null
}

export function isJson(request: FastifyRequest): boolean {
  return /^application\/json\b/i.test(request.headers['content-type'] ?? '')
}

function readJson(text: string): Parameters | null {
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
    const pairs = Object.entries(value)
    return pairs.every((pair): pair is [string, string] => typeof pair[1] === 'string')
      ? new Map(pairs)
      : null
  } catch {
    return null
  }
}

export function sendOAuth(reply: FastifyReply, status: number, body: object): FastifyReply {
  return reply
    .code(status)
    .type('application/json')
    .headers({ 'cache-control': 'no-store', pragma: 'no-cache' })
    .send(JSON.stringify(body))
}

export function refuseOAuth(
  reply: FastifyReply,
  error: OAuthError,
  description: string,
  status = 400,
): FastifyReply {
  return sendOAuth(reply, status, { error, error_description: description })
}
