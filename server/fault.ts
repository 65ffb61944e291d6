/**
 * Faults: what goes wrong at run time, as one error type with a code of the catalogue.
 * The client reads code, text and hint; the cause is for the log and never leaves the process.
 */
import { faults, type FaultCode } from '#generated/errors.ts'

/** A place in the input and what is wrong there. `path` is relative to `params`: `title`, `labels[1]`. */
export interface Complaint {
  path: string
  message: string
}

export interface FaultDetails {
  /** Fills the holes of the catalogue's text. */
  fill?: Record<string, string | number>
  fields?: Complaint[]
  action_url?: string
  next?: { command: string; why: string }[]
  retry_after_ms?: number
  cause?: unknown
}

export class Fault extends Error {
  readonly code: FaultCode
  readonly details: FaultDetails

  constructor(code: FaultCode, details: FaultDetails = {}) {
    super(fill(faults[code].text, details.fill ?? {}), { cause: details.cause })
    this.code = code
    this.details = details
  }

  get status(): number {
    const entry = faults[this.code]
    return 'status' in entry ? entry.status : 500
  }
}

/** Makes a fault; throw it. */
export function fault(code: FaultCode, details?: FaultDetails): Fault {
  return new Fault(code, details)
}

/** The flat error body of the HTTP interface. */
export function errorBody(problem: Fault, requestId: string): Record<string, unknown> {
  const { fields, action_url, next, retry_after_ms, fill: values } = problem.details
  return {
    error: problem.code,
    message: `${problem.message} ${fill(faults[problem.code].hint, values ?? {})}`,
    ...(action_url === undefined ? {} : { action_url }),
    request_id: requestId,
    ...(retry_after_ms === undefined ? {} : { retry_after_ms }),
    ...(fields === undefined ? {} : { fields }),
    ...(next === undefined ? {} : { next }),
  }
}

function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole))
}
