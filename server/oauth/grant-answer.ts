/**
 * What a token endpoint answered, sorted: tokens; a refusal of the grant; a refusal of our own app, which is the
 * operator's to mend and nobody's connection's fault; or nothing that can be relied on. Answers in the wild are JSON
 * or form-encoded, say 200 and mean no, or are pages of a proxy.
 */
import { Secret } from '../credentials/secret.ts'
import type { Credential } from '../credentials/vault.ts'
import { selectValue } from '../select.ts'
import type { UpstreamAnswer } from '../upstream/client.ts'
import type { OAuthSettings } from './settings.ts'

export interface Tokens {
  kind: 'tokens'
  /** `access_token`, and `refresh_token` and others when the answer has them. */
  credential: Credential
  /** Seconds from when the request was sent; null when the service does not say. */
  expiresIn: number | null
  /** null when the answer does not say: as asked (RFC 6749, 5.1). */
  scopes: string[] | null
  /** The whole answer, for the skill's variables. Holds secrets. */
  document: unknown
}

export type GrantAnswer =
  | Tokens
  /** The code or the refresh token is worth nothing. */
  | { kind: 'refused'; error: string }
  /** The OAuth app is not accepted. */
  | { kind: 'misconfigured'; error: string }
  /** Try later. */
  | { kind: 'transient'; reason: string; retryAfterMs: number | null }

/** RFC 6749, 5.2, and how services call the same. */
const refusals = new Set([
  'invalid_grant',
  'bad_refresh_token',
  'bad_verification_code',
  'invalid_refresh_token',
  'invalid_code',
  'code_already_used',
  'token_expired',
  'token_revoked',
  'expired_token',
])

const misconfigurations = new Set([
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'incorrect_client_credentials',
  'redirect_uri_mismatch',
  'bad_redirect_uri',
  'invalid_client_id',
  'bad_client_secret',
])

const longestSeconds = 365 * 86_400

export function readGrant(settings: OAuthSettings, answer: UpstreamAnswer): GrantAnswer {
  const { status } = answer
  const document = readDocument(answer.body)
  const retryAfterMs = readRetryAfter(answer.headers)
  const transient = (reason: string): GrantAnswer => ({ kind: 'transient', reason, retryAfterMs })
  if (status >= 500) return transient(`status ${status}`)
  const error = errorOf(document, answer.body)
  if (error !== null && refusals.has(error)) return { kind: 'refused', error }
  if (error !== null && misconfigurations.has(error)) return { kind: 'misconfigured', error }
  if (status === 401) return { kind: 'misconfigured', error: error ?? 'status 401' }
  if (status < 200 || status > 299 || error !== null)
    return transient(error === null ? `status ${status}` : `status ${status}, ${error}`)
  const accessToken = textAt(document, settings.token_path)
  if (accessToken === null) return transient('an answer without a token')
  return {
    kind: 'tokens',
    credential: collect(document, settings, accessToken),
    expiresIn: readSeconds(selectValue(document, settings.expires_path)) ?? defaultLife(settings),
    scopes: readScopes(selectValue(document, settings.scope_path)),
    document,
  }
}

function collect(document: unknown, settings: OAuthSettings, accessToken: string): Credential {
  const found: Credential = { access_token: new Secret(accessToken) }
  const others = { ...settings.tokens, refresh_token: settings.refresh_token_path }
  for (const [name, path] of Object.entries(others)) {
    const text = textAt(document, path)
    if (text !== null) found[name] = new Secret(text)
  }
  return found
}

function defaultLife({ refresh }: OAuthSettings): number | null {
  return refresh.default_expires_in ?? null
}

/** Numbers and texts of numbers; what cannot be a life is unknown, what is endless is a year. */
function readSeconds(value: unknown): number | null {
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 1) return null
  return Math.min(Math.floor(seconds), longestSeconds)
}

function readScopes(value: unknown): string[] | null {
  if (Array.isArray(value)) return value.filter((scope) => typeof scope === 'string')
  return typeof value === 'string' ? value.split(/[\s,]+/).filter(Boolean) : null
}

function textAt(document: unknown, path: string): string | null {
  const value = selectValue(document, path)
  return typeof value === 'string' && value !== '' ? value : null
}

function readDocument(body: Buffer): unknown {
  const text = body.toString().trim()
  try {
    return JSON.parse(text)
  } catch {
    return /^[\w.-]+=[^<>]*$/.test(text) ? Object.fromEntries(new URLSearchParams(text)) : null
  }
}

/** A short code; anything else that a service says is not repeated. */
function errorOf(document: unknown, body: Buffer): string | null {
  const candidates = ['error', 'error.code', 'error.type', 'error.error', 'error_code', 'code']
  for (const path of candidates) {
    const value = selectValue(document, path)
    if (typeof value === 'string' && value !== '')
      return /^[A-Za-z][\w.-]{0,60}$/.test(value) ? value.toLowerCase() : 'unknown_error'
  }
  if (selectValue(document, 'ok') === false) return 'unknown_error'
  const text = document === null ? body.toString('latin1', 0, 100).trim() : ''
  return refusals.has(text) || misconfigurations.has(text) ? text : null
}

const longestWaitMs = 3_600_000

/** RFC 9110, 10.2.3: seconds, or a date by the clock of whoever sent it. */
export function readRetryAfter(headers: Record<string, string>): number | null {
  const text = headers['retry-after']?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text) * 1000, longestWaitMs)
  const until = /^[A-Za-z]{3}/.test(text) ? Date.parse(text) : NaN
  if (Number.isNaN(until)) return null
  const now = Date.parse(headers['date'] ?? '')
  return Math.min(Math.max(until - (Number.isNaN(now) ? Date.now() : now), 0), longestWaitMs)
}
