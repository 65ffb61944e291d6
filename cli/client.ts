/**
 * One HTTP request to the gateway. node:http, because loading fetch would take longer than all the rest of a call.
 * What does not come back as an answer comes out as a Failure.
 */

import { request as requestPlain, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { failure, type Outcome } from './failure.ts'
import type { Gateway } from './gateway.ts'

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

export interface Question {
  method: 'GET' | 'POST' | 'DELETE'
  /** From the root of the gateway, already encoded. */
  path: string
  /** JSON text. */
  body?: string
  /** For the whole exchange, in milliseconds. */
  deadline: number
}

/** Fails with `gateway_unreachable` or `gateway_timeout`; their outcome says whether anything can have happened. */
export async function ask(
  { url, key, address }: Gateway,
  { method, path, body, deadline }: Question,
): Promise<Answer> {
  // TLS takes about as long to load as everything else here together.
  const open = url.startsWith('https:') ? (await import('node:https')).request : requestPlain
  return new Promise((resolve, reject) => {
    const headers: Record<string, string | number> = {
      ...(key === '' ? {} : { authorization: `Bearer ${key}` }),
      accept: 'application/json',
      'user-agent': 'skillett-cli',
    }
    if (body !== undefined) {
      headers['content-type'] = 'application/json'
      headers['content-length'] = Buffer.byteLength(body)
    }
    let connected = false
    const outcome = (): Outcome => (connected && method !== 'GET' ? 'unknown' : 'not_sent')
    const request = open(
      { ...address, path: address.path + path, method, headers, agent: false },
      (response) => {
        const { statusCode: status = 0, headers } = response
        collect(response, (body) => resolve({ status, headers, body }), fail)
      },
    )
    const timer = setTimeout(() => {
      reject(failure('gateway_timeout', { url, limit: deadline }, { outcome: outcome() }))
      request.destroy()
    }, deadline)
    function fail(error: NodeJS.ErrnoException) {
      clearTimeout(timer)
      const unsent = outcome() === 'not_sent'
      const reason = reasons[error.code ?? ''] ?? error.code ?? 'the connection broke'
      reject(failure('gateway_unreachable', { url, reason }, { outcome: outcome(), retryable: unsent }))
    }
    request.on('socket', (socket) => socket.once('connect', () => (connected = true)))
    request.on('close', () => clearTimeout(timer))
    request.on('error', fail)
    request.end(body)
  })
}

const reasons: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was closed before an answer came',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name could not be looked up',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an unknown authority',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
}

function collect(response: IncomingMessage, done: (body: Buffer) => void, fail: (error: Error) => void) {
  const chunks: Buffer[] = []
  response.on('data', (chunk: Buffer) => chunks.push(chunk))
  response.on('end', () => done(Buffer.concat(chunks)))
  response.on('error', fail)
}
