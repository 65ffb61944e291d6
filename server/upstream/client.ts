/**
 * The only egress: one HTTP exchange with an upstream, with a deadline and a cap on the decoded body.
 * Redirects are never followed. What a call may reach is decided before (hosts.ts) and at connect (connector.ts).
 */
import { Agent, type Dispatcher } from 'undici'
import type { AddressCheck } from './addresses.ts'
import { AddressRefused, makeConnector } from './connector.ts'
import { decode } from './decode.ts'

export interface UpstreamRequest {
  /** Scheme, host and port. */
  origin: string
  /** Encoded path and query. */
  path: string
  method: string
  headers: Record<string, string>
  body: string | null
}

export interface UpstreamAnswer {
  status: number
  /** Lower-case names. */
  headers: Record<string, string>
  /** Decoded. */
  body: Buffer
}

export interface UpstreamLimits {
  /** From the call to the last byte. */
  timeoutMs: number
  /** Of the decoded body. */
  maxBytes: number
}

export type UpstreamErrorKind = 'unreachable' | 'timeout' | 'too_large'

/** Why there is no answer. `sent` says whether the upstream may have seen the request. */
export class UpstreamError extends Error {
  readonly kind: UpstreamErrorKind
  readonly sent: boolean

  constructor(kind: UpstreamErrorKind, sent: boolean, message: string, cause?: unknown) {
    super(message, { cause })
    this.kind = kind
    this.sent = sent
  }
}

export interface UpstreamClient {
  /** @throws UpstreamError */
  send(request: UpstreamRequest, limits: UpstreamLimits): Promise<UpstreamAnswer>
  close(): Promise<void>
}

const connectionsPerOrigin = 256

export function makeUpstreamClient(isAllowed: AddressCheck): UpstreamClient {
  const agent = new Agent({
    connect: makeConnector(isAllowed),
    connections: connectionsPerOrigin,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    // The deadline of each exchange rules; these only end what it cannot see.
    headersTimeout: 120_000,
    bodyTimeout: 120_000,
  })
  return {
    send: (request, limits) => exchange(agent, request, limits).then((raw) => decode(raw, limits.maxBytes)),
    close: () => agent.destroy(),
  }
}

/** The callbacks of undici's first handler interface: measured a tenth faster than the second. */
function exchange(agent: Agent, request: UpstreamRequest, limits: UpstreamLimits): Promise<UpstreamAnswer> {
  return new Promise((resolve, reject) => {
    let sent = false
    let abort: (reason?: Error) => void = () => {}
    let status = 0
    let headers: Record<string, string> = {}
    let size = 0
    const chunks: Buffer[] = []
    let failed: UpstreamError | undefined
    const fail = (error: UpstreamError): void => {
      clearTimeout(timer)
      failed ??= error
      reject(error)
      abort(error)
    }
    const timer = setTimeout(
      () => fail(new UpstreamError('timeout', sent, `no complete answer within ${limits.timeoutMs} ms`)),
      limits.timeoutMs,
    )
    const handler: Dispatcher.DispatchHandler = {
      onConnect(stop) {
        // It waited for a free connection until its caller was told otherwise.
        if (failed !== undefined) return stop(failed)
        sent = true
        abort = stop
      },
      onHeaders(code, rawHeaders) {
        status = code
        headers = readHeaders(rawHeaders as Buffer[])
        return true
      },
      onData(chunk) {
        size += chunk.length
        if (size > limits.maxBytes) fail(new UpstreamError('too_large', sent, 'the answer is too large'))
        else chunks.push(chunk)
        return true
      },
      onComplete() {
        clearTimeout(timer)
        resolve({ status, headers, body: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) })
      },
      onError(error) {
        fail(
          error instanceof UpstreamError
            ? error
            : new UpstreamError('unreachable', sent, reasonOf(error), error),
        )
      },
    }
    agent.dispatch(
      {
        origin: request.origin,
        path: request.path,
        method: request.method as Dispatcher.HttpMethod,
        headers: request.headers,
        body: request.body,
      },
      handler,
    )
  })
}

/** Informational answers come before the final one and are overwritten by it. */
function readHeaders(raw: Buffer[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!.toString('latin1').toLowerCase()
    const value = raw[i + 1]!.toString('latin1')
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value
  }
  return headers
}

/** What the networks' codes mean, in words for strangers. */
const reasons: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name could not be resolved',
  UND_ERR_CONNECT_TIMEOUT: 'no connection within 5 s',
  UND_ERR_SOCKET: 'the connection was closed before the answer was complete',
  EPIPE: 'the connection was closed before the answer was complete',
}

function reasonOf(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (error instanceof AddressRefused) return error.message
  if (code.startsWith('HPE_')) return 'its answer was not valid HTTP'
  return reasons[code] ?? 'the exchange failed'
}
