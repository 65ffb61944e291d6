/**
 * A gateway as the command line sees it: a real HTTP server that writes down what it is asked and answers from a
 * table. It knows one integration, acme, which no package has: so every endpoint here is learnt from the server.
 */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Recorded {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: string
}

/** `body` is sent as it is when it is text, as JSON otherwise. `hang`: never. `reset`: the connection is cut. */
export interface Reply {
  status?: number
  headers?: Record<string, string>
  body?: unknown
  fate?: 'hang' | 'reset'
}

export interface RecordingGateway {
  url: string
  requests: Recorded[]
  /** Resolves when the next request whose path begins so has been read whole. */
  seen(path: string): Promise<void>
  stop(): Promise<void>
}

const nothing = { type: 'object', additionalProperties: false, properties: {} }
const space = { type: 'string', minLength: 1, description: 'Where it lives' }

const endpoints: Record<string, Record<string, unknown>> = {
  create_note: endpoint('POST', '/spaces/{space}/notes', {
    type: 'object',
    additionalProperties: false,
    required: ['space', 'title'],
    properties: {
      space,
      title: { type: 'string', minLength: 1, maxLength: 20, description: 'One line' },
      text: { type: 'string' },
      code: { type: 'string' },
      count: { type: 'integer' },
      ratio: { type: 'number', maximum: 1 },
      draft: { type: 'boolean' },
      state: { type: 'string', enum: ['open', 'closed', 'all'], default: 'open' },
      labels: { type: 'array', items: { type: 'string' } },
      ids: { type: 'array', items: { type: 'integer' }, maxItems: 3 },
      filter: {
        type: 'object',
        additionalProperties: false,
        properties: {
          state: { type: 'string', enum: ['open', 'closed'] },
          per_page: { type: 'integer' },
          tags: { type: 'array', items: { type: 'string' } },
        },
      },
      meta: { type: 'object' },
      per_page: { type: 'integer', minimum: 1, maximum: 100 },
      maxResults: { type: 'integer' },
      milestone: { type: ['integer', 'null'] },
      timeout: { type: 'string' },
    },
  }),
  list_notes: endpoint(
    'GET',
    '/spaces/{space}/notes',
    { ...nothing, properties: { space } },
    { read_only: true },
  ),
  get_file: endpoint(
    'GET',
    '/files/{path*}',
    { ...nothing, properties: { path: { type: 'string' } } },
    { read_only: true },
  ),
  delete_note: endpoint(
    'DELETE',
    '/notes/{id}',
    { ...nothing, required: ['id'], properties: { id: { type: 'string' } } },
    { destructive: true },
  ),
}

function endpoint(method: string, path: string, input: unknown, hints: Record<string, boolean> = {}) {
  return {
    title: 'Work with notes',
    group: 'notes',
    description: 'Everything about notes',
    method,
    path,
    annotations: { read_only: false, destructive: false, idempotent: false, open_world: true, ...hints },
    scopes: { all: ['notes'], any: [] },
    input,
    examples: [{ run: 'skillett run acme create_note --space home --title Milk', title: 'The least' }],
    notes: 'Notes are short.',
  }
}

export const done = '{"status":201,"data":{"id":12345678901234567890,"url":"https://acme.test/1"}}'

/** `replies` are looked up as "POST /v1/acme/create_note"; what is not there gets a good answer. */
export async function startRecordingGateway(replies: Record<string, Reply> = {}): Promise<RecordingGateway> {
  const requests: Recorded[] = []
  const waiting: { path: string; resolve: () => void }[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request
      requests.push({ method, path, headers, body: Buffer.concat(chunks).toString() })
      waiting.filter((one) => path.startsWith(one.path)).forEach(({ resolve }) => resolve())
      const reply = replies[`${method} ${path}`] ?? answerFor(method, path)
      if (reply.fate === 'hang') return
      if (reply.fate === 'reset') return request.socket.destroy()
      const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body)
      response.writeHead(reply.status ?? 200, {
        'content-type': 'application/json; charset=utf-8',
        'x-request-id': 'req_test',
        ...reply.headers,
      })
      response.end(text)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    seen: (path) => new Promise((resolve) => waiting.push({ path, resolve })),
    stop: () => close(server),
  }
}

function answerFor(method: string, path: string): Reply {
  const [, name] = /^\/v1\/skills\/acme\/(\w+)$/.exec(path) ?? []
  const known = name === undefined ? undefined : endpoints[name]
  if (known) return { body: { integration: 'acme', name, ...known } }
  if (path.startsWith('/v1/skills/')) {
    return { status: 404, body: { error: 'not_found', message: 'There is none.', request_id: 'req_test' } }
  }
  return { body: method === 'DELETE' ? '' : done, ...(method === 'DELETE' ? { status: 204 } : {}) }
}

async function close(server: Server) {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}
