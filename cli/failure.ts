/**
 * How a command fails: one object on stderr and one exit code, both from the catalogue of faults. Whoever cannot go
 * on throws a Failure; main prints it. Nothing that an upstream service wrote gets into `message` or `next`.
 */

import { faults, type FaultCode } from '#generated/errors.ts'
import { escapeHidden, indentJson, printJson, type Json } from './json-text.ts'

export type Outcome = 'not_sent' | 'rejected' | 'done' | 'unknown'

export interface FieldComplaint {
  /** `title`, `labels[1]`, `filter.state`. */
  path: string
  message: string
}

export interface NextStep {
  command: string
  why: string
}

export interface UpstreamAnswer {
  status: number
  body: Json
}

export interface FailureDetails {
  message?: string
  exit?: number
  retryable?: boolean
  retryAfterMs?: number
  outcome?: Outcome
  requestId?: string
  fields?: FieldComplaint[]
  next?: NextStep[]
  docs?: string
  actionUrl?: string
  upstream?: UpstreamAnswer
}

export class Failure extends Error {
  readonly code: string
  readonly details: FailureDetails

  constructor(code: string, details: FailureDetails) {
    super(details.message ?? code)
    this.code = code
    this.details = details
  }
}

// The commands are bundled apart from the everyday path, so there are two classes of this name.
function isFailure(error: unknown): error is Failure {
  return error instanceof Error && 'code' in error && 'details' in error
}

/** A failure of the catalogue; `holes` fill its text. */
export function failure(
  code: FaultCode,
  holes: Record<string, string | number> = {},
  details: FailureDetails = {},
): Failure {
  const entry = faults[code]
  const filled = (text: string) =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => String(holes[name] ?? name))
  return new Failure(code, {
    message: `${filled(entry.text)} ${filled(entry.hint)}`,
    exit: entry.exit,
    retryable: entry.retry,
    outcome: entry.outcome,
    ...details,
  })
}

/** The command cannot be understood: exit 2, nothing was sent. `reason` has no full stop. */
export function usage(reason: string, command: string, details: FailureDetails = {}): Failure {
  return failure('usage', { reason, command }, details)
}

/** The failure as the object that stderr carries, and the exit code. Anything unforeseen is `internal`. */
export function printFailure(error: unknown, forTerminal: boolean): { text: string; exit: number } {
  const { code, details } = isFailure(error) ? error : failure('internal')
  const exit = details.exit ?? 1
  const head = JSON.stringify({
    code,
    exit_code: exit,
    message: details.message ?? code,
    retryable: details.retryable ?? false,
    retry_after_ms: details.retryAfterMs ?? null,
    outcome: details.outcome ?? 'unknown',
    request_id: details.requestId ?? null,
    fields: details.fields ?? [],
    next: details.next ?? [],
    docs: details.docs ?? null,
    action_url: details.actionUrl,
  }).slice(0, -1)
  const upstream = details.upstream === undefined ? 'null' : printUpstream(details.upstream)
  const text = `{"error":${head},"upstream":${upstream}}}`
  return { text: `${forTerminal ? indentJson(text) : escapeHidden(text)}\n`, exit }
}

const upstreamBodyLimit = 16_384

/** The body goes in as the JSON it is; when it is too long, as a string that holds its beginning. */
function printUpstream({ status, body }: UpstreamAnswer): string {
  const text = printJson(body)
  const bytes = Buffer.byteLength(text)
  if (bytes <= upstreamBodyLimit) return `{"status":${status},"body":${text},"untrusted":true}`
  // A character cut in two at the end decodes to U+FFFD.
  const start = Buffer.from(text)
    .subarray(0, upstreamBodyLimit)
    .toString()
    .replace(/\ufffd$/, '')
  return `{"status":${status},"body":${JSON.stringify(start)},"truncated":true,"bytes":${bytes},"untrusted":true}`
}
