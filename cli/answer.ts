/**
 * What a refusing answer of the gateway means. Its own errors are flat (`error` is a code); a service's error is
 * forwarded with its `status` beside it and goes into the failure as data that nobody should obey.
 */

import { faults, type FaultCode } from '#generated/errors.ts'
import type { Answer } from './client.ts'
import { Failure, failure, type FailureDetails, type NextStep } from './failure.ts'
import { JsonNumber, parseJson, type Json, type JsonObject } from './json-text.ts'

export interface About {
  integration?: string
  /** A call that only reads leaves no doubt about what it has done. */
  readOnly: boolean
}

export function isJson({ headers }: Answer): boolean {
  return /^application\/(?:[\w.-]+\+)?json\b/i.test(headers['content-type'] ?? '')
}

export function readRefusal(answer: Answer, about: About): Failure {
  const document = readDocument(answer)
  const details: FailureDetails = { ...readRequestId(answer, document), ...readRetryAfter(answer, document) }
  const status = document?.get('status')
  if (document && status instanceof JsonNumber) {
    return describeUpstream(Number(status.text), document.get('error') ?? null, details, about)
  }
  const code = document?.get('error')
  if (!document || typeof code !== 'string' || !/^[a-z][a-z_]{0,63}$/.test(code)) {
    return describeStranger(answer, details, about)
  }
  return describeOwn(code, answer.status, document, details, about)
}

/** A fault of the gateway. Its message is taken as it is: the gateway writes it from the same catalogue. */
function describeOwn(
  code: string,
  status: number,
  document: JsonObject,
  details: FailureDetails,
  { integration = '' }: About,
): Failure {
  const entry = Object.hasOwn(faults, code) ? faults[code as FaultCode] : undefined
  const given = {
    ...readText('message', document.get('message')),
    ...readText('docs', document.get('docs')),
    ...readText('actionUrl', document.get('action_url')),
  }
  const next = readRecords(document.get('next'), 'command', 'why')
  return new Failure(code, {
    exit: entry?.exit ?? byStatus(status).exit,
    retryable: entry?.retry ?? false,
    outcome: entry?.outcome ?? 'unknown',
    fields: readRecords(document.get('fields'), 'path', 'message'),
    next: next.length > 0 ? next : (nextSteps[code]?.(integration) ?? []),
    ...details,
    ...given,
  })
}

const nextSteps: Record<string, (integration: string) => NextStep[]> = {
  integration_not_connected: (integration) => [
    { command: `skillett connect ${integration} --secret-stdin`, why: 'connects an account with a token' },
  ],
  token_expired: (integration) => [
    { command: `skillett connect ${integration} --secret-stdin`, why: 'connects the account again' },
  ],
  not_found: (integration) => [
    { command: `skillett skills ${integration}`.trim(), why: 'lists what there is' },
  ],
  account_ambiguous: () => [{ command: 'skillett connections', why: 'lists the accounts' }],
  scope_not_allowed: () => [{ command: 'skillett whoami', why: 'shows what the key may do' }],
  forbidden: () => [{ command: 'skillett whoami', why: 'shows what the key may do' }],
}

/** Statuses of a service, in the words and exit codes of the gateway's own. */
function byStatus(status: number): { code: FaultCode; exit: number } {
  const code = upstreamCodes[status] ?? 'upstream_error'
  return { code, exit: code === 'upstream_error' && status >= 500 ? 12 : faults[code].exit }
}

const upstreamCodes: Record<number, FaultCode> = {
  401: 'forbidden',
  403: 'forbidden',
  404: 'not_found',
  408: 'upstream_timeout',
  409: 'conflict',
  410: 'not_found',
  412: 'conflict',
  423: 'conflict',
  429: 'rate_limited',
  504: 'upstream_timeout',
}

function describeUpstream(status: number, body: Json, details: FailureDetails, about: About): Failure {
  const { code, exit } = byStatus(status)
  const doubtful = (status >= 500 || code === 'upstream_timeout') && !about.readOnly
  const { message } = failure('upstream_error', { integration: about.integration ?? 'The service', status })
  return new Failure(code, {
    message,
    exit,
    retryable: code === 'rate_limited' || (exit === 12 && about.readOnly),
    outcome: doubtful ? 'unknown' : 'rejected',
    upstream: { status, body },
    ...details,
  })
}

/** Something answered that is not a gateway, or a gateway behind something broken. */
export function describeStranger(answer: Answer, details: FailureDetails, about: About): Failure {
  const url = 'SKILLETT_API_URL'
  const reason = `what answered there (status ${answer.status}) is not a Skillett gateway`
  return failure(
    'gateway_unreachable',
    { url, reason },
    { ...details, retryable: false, outcome: about.readOnly ? 'not_sent' : 'unknown' },
  )
}

function readDocument(answer: Answer): JsonObject | undefined {
  if (!isJson(answer)) return undefined
  try {
    const document = parseJson(answer.body.toString())
    return document instanceof Map ? document : undefined
  } catch {
    return undefined
  }
}

function readRequestId(answer: Answer, document: JsonObject | undefined): { requestId?: string } {
  const id = document?.get('request_id') ?? answer.headers['x-request-id']
  return typeof id === 'string' && /^[\w.:-]{1,128}$/.test(id) ? { requestId: id } : {}
}

function readRetryAfter(answer: Answer, document: JsonObject | undefined): { retryAfterMs?: number } {
  const given = document?.get('retry_after_ms')
  if (given instanceof JsonNumber) return { retryAfterMs: Number(given.text) }
  const seconds = answer.headers['retry-after']
  return seconds !== undefined && /^\d{1,9}$/.test(seconds) ? { retryAfterMs: Number(seconds) * 1000 } : {}
}

function readText<Key extends string>(key: Key, value: Json | undefined): { [K in Key]?: string } {
  return (typeof value === 'string' ? { [key]: value } : {}) as { [K in Key]?: string }
}

/** Objects of two texts, such as `fields` and `next`; whatever is something else is left out. */
function readRecords<A extends string, B extends string>(
  value: Json | undefined,
  first: A,
  second: B,
): Record<A | B, string>[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((item) => {
    const a = item instanceof Map ? item.get(first) : undefined
    const b = item instanceof Map ? item.get(second) : undefined
    if (typeof a !== 'string' || typeof b !== 'string') return []
    return [{ [first]: a, [second]: b } as Record<A | B, string>]
  })
}
