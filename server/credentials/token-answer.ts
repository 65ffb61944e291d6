/**
 * What a token endpoint said: a token and how long it lives, or why there is none. Answers in the wild are JSON or
 * form-encoded, name things differently, and may say 200 and mean no.
 */
import { search } from '@jmespath-community/jmespath'
import type { UpstreamAnswer } from '../upstream/client.ts'
import { readRetryAfter } from '../oauth/grant-answer.ts'

export interface Token {
  text: string
  /** Seconds from the request; null when nobody says. */
  expiresIn: number | null
  /** The whole answer, for the skill's variables. Holds secrets. */
  document: unknown
}

/** The service does not accept the credential; asking again is of no use. */
export class CredentialRefused extends Error {}

/** The service could not say, or something else answered for it; the credential may still be good. */
export class TokenUnavailable extends Error {
  readonly retryAfterMs: number | null

  constructor(message: string, retryAfterMs: number | null) {
    super(message)
    this.retryAfterMs = retryAfterMs
  }
}

const longestSeconds = 365 * 86_400

/** @throws CredentialRefused, TokenUnavailable; neither holds any text of the answer but a short error code */
export function readToken(settings: Record<string, unknown>, answer: UpstreamAnswer): Token {
  const document = readDocument(answer.body)
  const { status, headers } = answer
  if (status >= 500 || status === 429 || status === 408 || (document === null && status !== 401))
    throw new TokenUnavailable(`its token endpoint answered with status ${status}`, readRetryAfter(headers))
  const text = select(document, settings['token_path'] ?? 'access_token')
  if (status < 200 || status > 299 || typeof text !== 'string' || text === '')
    throw new CredentialRefused(`status ${status}${errorCode(document)}`)
  return { text, expiresIn: lifetime(settings, document, headers['date']), document }
}

function lifetime(
  settings: Record<string, unknown>,
  document: unknown,
  date: string | undefined,
): number | null {
  const value = select(document, settings['expires_path'] ?? 'expires_in')
  const refresh = settings['refresh'] as { default_expires_in?: number } | undefined
  const seconds =
    typeof value === 'string' && !/^\d+$/.test(value) ? until(value, date) : Number(value ?? NaN)
  if (Number.isFinite(seconds) && seconds > 0) return Math.min(Math.floor(seconds), longestSeconds)
  return refresh?.default_expires_in ?? null
}

/** Seconds to an instant, by the clock of the service that named it. */
function until(instant: string, date: string | undefined): number {
  const now = Date.parse(date ?? '')
  return (Date.parse(instant) - (Number.isNaN(now) ? Date.now() : now)) / 1000
}

function readDocument(body: Buffer): unknown {
  const text = body.toString()
  try {
    return JSON.parse(text)
  } catch {
    return /^[\w.-]+=/.test(text) ? Object.fromEntries(new URLSearchParams(text)) : null
  }
}

function select(document: unknown, expression: unknown): unknown {
  try {
    return search(document as Parameters<typeof search>[0], String(expression))
  } catch {
    return null
  }
}

/** RFC 6749, 5.2: a code of letters; anything else is not repeated. */
function errorCode(document: unknown): string {
  const code = select(document, 'error')
  return typeof code === 'string' && /^[a-zA-Z_]{1,40}$/.test(code) ? `, ${code}` : ''
}
