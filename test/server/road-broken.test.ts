import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import {
  assertFault,
  mapTo,
  startServing,
  type Answer,
  type Person,
  type Serving,
} from '../support/serving.ts'
import { bytes, drip, hang, json, reset, startSink, type Reply } from '../support/upstream.ts'

let serving: Serving
let person: Person

before(async () => {
  serving = await startServing()
  person = await serving.person()
  await serving.connect(person.key)
})
after(() => serving?.stop())
beforeEach(() => serving.upstream.reset())

const write = (): Promise<Answer> => serving.call(person.key, 'acme write', { document: { a: 1 } })

const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'

/** What goes wrong, the code it gets, and the most it may take. Acme's deadline is a second. */
const troubles: Record<string, [reply: Reply, status: number, code: string, withinMs: number]> = {
  'a reset before any header': [reset, 502, 'upstream_unreachable', 900],
  'an end before any header': [bytes(''), 502, 'upstream_unreachable', 900],
  'a reset within the headers': [bytes(head, 'reset'), 502, 'upstream_unreachable', 900],
  'a reset within the body': [
    bytes(`${head}content-length: 100\r\n\r\n{"a":`, 'reset'),
    502,
    'upstream_unreachable',
    900,
  ],
  'a body shorter than its length': [
    bytes(`${head}content-length: 100\r\n\r\n{"a":1}`),
    502,
    'upstream_unreachable',
    900,
  ],
  'a chunked body without its end': [
    bytes(`${head}transfer-encoding: chunked\r\n\r\n7\r\n{"a":1}\r\n`),
    502,
    'upstream_unreachable',
    900,
  ],
  'a chunk length that is none': [
    bytes(`${head}transfer-encoding: chunked\r\n\r\nzz\r\n{"a":1}\r\n0\r\n\r\n`),
    502,
    'upstream_unreachable',
    900,
  ],
  'bytes that are no HTTP': [bytes('SSH-2.0-OpenSSH_9.9\r\n'), 502, 'upstream_unreachable', 900],
  'a status that is none': [
    bytes('HTTP/1.1 000 No\r\ncontent-length: 0\r\n\r\n'),
    502,
    'upstream_unreachable',
    1500,
  ],
  'two different lengths': [
    bytes(`${head}content-length: 7\r\ncontent-length: 2\r\n\r\n{"a":1}`),
    502,
    'upstream_unreachable',
    900,
  ],
  'another protocol': [
    bytes('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: evil\r\n\r\n', 'open'),
    502,
    'upstream_unreachable',
    1500,
  ],
  'a megabyte of headers': [
    bytes(`${head}x-large: ${'a'.repeat(1024 * 1024)}\r\n\r\n`),
    502,
    'upstream_unreachable',
    900,
  ],
  'no answer': [hang, 504, 'upstream_timeout', 1500],
  'headers and then nothing': [
    bytes(`${head}content-length: 100\r\n\r\n`, 'open'),
    504,
    'upstream_timeout',
    1500,
  ],
  'a body that drips': [drip, 504, 'upstream_timeout', 1500],
  'an answer that is too large': [json('x'.repeat(300 * 1024)), 502, 'response_too_large', 900],
}

for (const [name, [reply, status, code, withinMs]] of Object.entries(troubles))
  test(`${name} is ${code}, in time, sent once and in the audit log`, async (t) => {
    serving.upstream.reply = reply
    const began = performance.now()
    const answer = await write()
    const took = performance.now() - began
    assertFault(answer, status, code)
    assert.ok(took < withinMs, `${took} ms`)
    assert.equal(serving.upstream.received.length, 1)
    const row = (await serving.calls()).find((each) => each['id'] === answer.body.request_id)!
    assert.deepEqual([row['state'], row['error']], ['failed', code])
    assert.ok(Math.abs(row['duration_ms'] - took) < 500)
    assert.equal(row['request_bytes'], 20)
    t.diagnostic(`${Math.round(took)} ms`)
  })

test('after all these the gateway still answers, on a connection that is not poisoned', async () => {
  serving.upstream.reply = bytes(`${head}content-length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n\r\nsmuggled`, 'open')
  await write()
  serving.upstream.reply = json({ clean: true })
  for (let i = 0; i < 5; i += 1)
    assert.deepEqual((await write()).body, { status: 200, data: { clean: true } })
})

test('a refused connection is upstream_unreachable, and says so', async () => {
  const sink = await startSink()
  await sink.stop()
  const other = await serving.another({ originMap: mapTo(`http://127.0.0.1:${sink.port}`) })
  const answer = await fetch(`${other.url}/v1/acme/write`, {
    method: 'POST',
    headers: { authorization: `Bearer ${person.key}` },
    body: '{}',
  })
  const body = (await answer.json()) as { error: string; message: string; request_id: string }
  assert.deepEqual([answer.status, body.error], [502, 'upstream_unreachable'])
  assert.match(body.message, /refused/)
  const row = (await serving.calls()).find((each) => each['id'] === body.request_id)!
  assert.deepEqual(
    [row['state'], row['error'], row['upstream_status']],
    ['failed', 'upstream_unreachable', null],
  )
})

test('a caller that hangs up neither loses the outcome nor repeats the call', async () => {
  let release = (): void => {}
  const arrived = new Promise<void>((resolve) => {
    serving.upstream.reply = (received, response, request) => {
      resolve()
      release = () => json({ late: true })(received, response, request)
    }
  })
  const aborter = new AbortController()
  const gone = fetch(`${serving.url}/v1/acme/write`, {
    method: 'POST',
    headers: { authorization: `Bearer ${person.key}` },
    body: '{}',
    signal: aborter.signal,
  }).catch(() => 'gone')
  await arrived
  aborter.abort()
  assert.equal(await gone, 'gone')
  release()
  const row = (await serving.calls()).at(-1)!
  assert.deepEqual([row['state'], row['upstream_status']], ['done', 200])
  assert.equal(serving.upstream.received.length, 1)
})

test('a call that gave up while it waited for a free connection is never sent', async () => {
  const busy: (() => void)[] = []
  serving.upstream.reply = (received, response, request) => {
    busy.push(() => json('{}')(received, response, request))
  }
  await serving.connect(person.key, { integration: 'bulk' })
  serving.upstream.reset()
  serving.upstream.reply = (received, response, request) =>
    void busy.push(() => json('{}')(received, response, request))
  // The bulk integration waits for five seconds and fills the pool of the origin it shares with acme.
  const slow = Array.from({ length: 256 }, () => serving.call(person.key, 'bulk get_things'))
  while (busy.length < 256) await new Promise((resolve) => setImmediate(resolve))
  assertFault(await write(), 504, 'upstream_timeout')
  for (const release of busy) release()
  for (const answer of await Promise.all(slow)) assert.equal(answer.status, 200)
  serving.upstream.reply = json({})
  assert.equal((await serving.call(person.key, 'bulk get_things')).status, 200)
  assert.deepEqual(
    serving.upstream.received.filter((sent) => sent.method === 'POST').length,
    0,
    'a write went out after its caller had been told that it failed',
  )
})
