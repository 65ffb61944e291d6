/**
 * A load generator over bare sockets: it costs a fraction of what it measures. A process of its own:
 * reads one Load as JSON from standard input, prints one LoadResult as JSON.
 */
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Load {
  port: number
  /** Request texts, taken in turn. */
  requests: string[]
  connections: number
  warmupMs: number
  measureMs: number
}

export interface LoadResult {
  /** Of the whole run, warm-up included. */
  answered: number
  perSecond: number
  /** Milliseconds. */
  p50: number
  p99: number
  /** Answers that were not 200, and lost connections. */
  errors: number
}

const load = JSON.parse(await text(process.stdin)) as Load
let next = 0
let errors = 0
let answered = 0
let counting = false
let ended = false
const times: number[] = []

/** Sends a request, waits for all of its answer, and again. */
function drive(socket: Socket): void {
  let received: Buffer = Buffer.alloc(0)
  let sentAt = 0
  const send = (): void => {
    sentAt = performance.now()
    socket.write(load.requests[next++ % load.requests.length]!)
  }
  socket.on('connect', send)
  socket.on('error', () => (errors += ended ? 0 : 1))
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    const head = received.indexOf('\r\n\r\n')
    if (head < 0) return
    const text = received.toString('latin1', 0, head)
    const length = Number(/content-length: *(\d+)/i.exec(text)?.[1] ?? Number.NaN)
    if (Number.isNaN(length)) throw new Error(`an answer without a length: ${text}`)
    if (received.length < head + 4 + length) return
    answered += 1
    if (counting) {
      times.push(performance.now() - sentAt)
      if (!text.startsWith('HTTP/1.1 200')) errors += 1
    }
    received = Buffer.alloc(0)
    if (!ended) send()
  })
}

const sockets = Array.from({ length: load.connections }, () =>
  connect(load.port, '127.0.0.1').setNoDelay(true),
)
sockets.forEach(drive)
await new Promise((resolve) => setTimeout(resolve, load.warmupMs))
counting = true
const started = performance.now()
await new Promise((resolve) => setTimeout(resolve, load.measureMs))
counting = false
ended = true
const seconds = (performance.now() - started) / 1000
for (const socket of sockets) socket.destroy()
times.sort((a, b) => a - b)
const at = (share: number): number => Number((times[Math.floor(times.length * share)] ?? 0).toFixed(2))
const result: LoadResult = {
  answered,
  perSecond: Math.round(times.length / seconds),
  p50: at(0.5),
  p99: at(0.99),
  errors,
}
console.log(JSON.stringify(result))
