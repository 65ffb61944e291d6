/**
 * A service of our own that records what it receives and answers as a test says: politely, or with hangs, resets
 * and bytes that are no HTTP. Node's own server, on a free port of 127.0.0.1.
 */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createListener, type AddressInfo, type Socket } from 'node:net'

export interface Received {
  method: string
  /** As on the wire: path and query. */
  url: string
  headers: IncomingHttpHeaders
  body: Buffer
}

export type Reply = (received: Received, response: ServerResponse, request: IncomingMessage) => void

export interface Upstream {
  origin: string
  received: Received[]
  /** What every request is answered with, once its body is there. */
  reply: Reply
  /** Called when the headers are there, before the body is read; true when it has answered. */
  early: ((response: ServerResponse, request: IncomingMessage) => boolean) | null
  /** Who the "who am I" call is told it is. */
  login: unknown
  /** Back to friendly answers and an empty record. */
  reset(): void
  stop(): Promise<void>
}

export async function startUpstream(): Promise<Upstream> {
  const server = createServer((request, response) => {
    if (upstream.early?.(response, request)) return
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('error', () => {})
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const received = { method, url, headers, body: Buffer.concat(parts) }
      upstream.received.push(received)
      if (url === '/v2/me') json({ login: upstream.login })(received, response, request)
      else upstream.reply(received, response, request)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const upstream: Upstream = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    reply: json({ ok: true }),
    early: null,
    login: 'octocat',
    reset() {
      upstream.received.length = 0
      upstream.reply = json({ ok: true })
      upstream.early = null
      upstream.login = 'octocat'
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return upstream
}

/** A JSON answer; text is sent as it is. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Reply {
  return (_received, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body))
  }
}

/** Bytes straight onto the socket, then, unless told otherwise, the end. */
export function bytes(text: string | Buffer, end: 'end' | 'reset' | 'open' = 'end'): Reply {
  return (_received, response) => {
    const socket = response.socket!
    socket.write(text, () => {
      if (end === 'end') socket.end()
      if (end === 'reset') setImmediate(() => socket.resetAndDestroy())
    })
  }
}

export const hang: Reply = () => {}

export const reset: Reply = (_received, response) => response.socket!.resetAndDestroy()

/** Headers at once, then one byte now and then, without an end. */
export const drip: Reply = (_received, response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  const timer = setInterval(() => response.write(' '), 50)
  response.on('close', () => clearInterval(timer))
}

export interface Sink {
  port: number
  /** Connections that came in; there should be none. */
  connections: number
  bytes: Buffer[]
  stop(): Promise<void>
}

/** Listens on every local address and records whatever comes. */
export async function startSink(): Promise<Sink> {
  const open = new Set<Socket>()
  const server = createListener((socket) => {
    sink.connections += 1
    open.add(socket)
    socket.on('data', (part) => sink.bytes.push(part)).on('error', () => {})
    socket.on('close', () => open.delete(socket))
  })
  server.listen(0, '::')
  await once(server, 'listening')
  const sink: Sink = {
    port: (server.address() as AddressInfo).port,
    connections: 0,
    bytes: [],
    async stop() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
  return sink
}
