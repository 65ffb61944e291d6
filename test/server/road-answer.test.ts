import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { assertFault, startServing, type Answer, type Person, type Serving } from '../support/serving.ts'
import { bytes, json, startSink } from '../support/upstream.ts'

let serving: Serving
let person: Person

before(async () => {
  serving = await startServing()
  person = await serving.person()
  await serving.connect(person.key)
})
after(() => serving?.stop())
beforeEach(() => serving.upstream.reset())

const call = (): Promise<Answer> => serving.call(person.key, 'acme list_things')

test('JSON is put into the envelope byte for byte', async () => {
  const documents = [
    '{"id":12345678901234567890,"z":1,"a":1.0,"b":1e2,"a":2}',
    '  { "b" : [ 1 ,\n\t2 ] }\r\n',
    '{"\\u0061":"\\/\\ud83d\\ude00","x":-0,"y":0.10000000000000000001}',
    '[]',
    'null',
    '9007199254740993',
    '"text"',
    '{"__proto__":{"a":1},"constructor":{"prototype":1}}',
  ]
  for (const document of documents) {
    serving.upstream.reply = json(document)
    const answer = await call()
    assert.equal(answer.text, `{"status":200,"data":${document}}`)
    assert.match(answer.headers.get('content-type')!, /^application\/json/)
  }
})

test('what is no JSON becomes a JSON string, bytes become base64, and nothing is null', async () => {
  const bodies: [body: string | Buffer, type: string, data: unknown][] = [
    ['', 'application/json', null],
    ['<b>"hi"</b>\u2028', 'text/html', '<b>"hi"</b>\u2028'],
    ['{"a":', 'application/json', '{"a":'],
    ['{"a":1} x', 'application/json', '{"a":1} x'],
    ['{"a":1}', 'text/plain', '{"a":1}'],
    [Buffer.from([0xff, 0xfe, 0x00]), 'application/json', { base64: '//4A' }],
    [Buffer.from('{"a":"\xff"}', 'latin1'), 'application/json', { base64: 'eyJhIjoi/yJ9' }],
    ['{"a":1},"injected":{"b":1}', 'application/json', '{"a":1},"injected":{"b":1}'],
  ]
  for (const [body, type, data] of bodies) {
    serving.upstream.reply = json(body as string, 200, { 'content-type': type })
    assert.deepEqual((await call()).body, { status: 200, data })
  }
  serving.upstream.reply = json('', 204)
  assert.deepEqual((await call()).body, { status: 204, data: null })
})

test("an upstream's refusal is forwarded with its status and its body", async () => {
  for (const status of [400, 403, 404, 409, 410, 418, 422, 429, 451, 499, 500, 502, 503, 504, 599, 999]) {
    serving.upstream.reply = json({ message: 'no', status }, status)
    const answer = await call()
    assert.equal(answer.status, status)
    assert.equal(answer.text, `{"status":${status},"error":{"message":"no","status":${status}}}`)
  }
})

test('a status below 400 is 200 here, with the status of the upstream inside', async () => {
  for (const status of [200, 201, 202, 206, 304]) {
    serving.upstream.reply = json(status === 304 ? '' : '{}', status)
    const answer = await call()
    assert.deepEqual([answer.status, answer.body.status], [200, status])
  }
})

test('401 says that the account has to be connected again, and where', async () => {
  serving.upstream.reply = json({ message: 'Bad credentials' }, 401)
  const answer = await call()
  assertFault(answer, 401, 'token_expired')
  assert.equal(answer.body.action_url, `${serving.url}/connect/acme`)
  assert.equal(answer.body.next[0].command, 'skillett connect acme')
  assert.equal(serving.upstream.received.length, 1)
  const last = (await serving.calls()).at(-1)!
  assert.deepEqual([last['state'], last['upstream_status']], ['done', 401])
})

test('a redirect is refused whatever its status, and the place it names sees nothing', async (t) => {
  const sink = await startSink()
  const targets = [
    `http://127.0.0.1:${sink.port}/`,
    `//127.0.0.1:${sink.port}/`,
    `http://[::1]:${sink.port}/x`,
  ]
  let tried = 0
  try {
    for (const status of [300, 301, 302, 303, 307, 308])
      for (const location of [...targets, '/v2/elsewhere']) {
        serving.upstream.reset()
        serving.upstream.reply = json('{}', status, { location })
        tried += 2
        assertFault(await call(), 502, 'redirect_refused')
        assertFault(
          await serving.call(person.key, 'acme write', { document: { a: 1 } }),
          502,
          'redirect_refused',
        )
        assert.equal(serving.upstream.received.length, 2)
      }
    assert.deepEqual([sink.connections, sink.bytes.length], [0, 0])
    t.diagnostic(`${tried} redirects refused; connections at their targets: ${sink.connections}`)
  } finally {
    await sink.stop()
  }
})

test('one known content coding is undone, any other answer is refused', async () => {
  const text = JSON.stringify({ text: 'ü'.repeat(500) })
  const coded = (coding: string, body: Buffer): void => {
    serving.upstream.reply = json(body as never, 200, { 'content-encoding': coding })
  }
  for (const [coding, body] of [
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['GZIP', gzipSync(text)],
    ['br', brotliCompressSync(text)],
    ['deflate', deflateSync(text)],
    ['identity', Buffer.from(text)],
  ] as const) {
    coded(coding, body)
    assert.equal((await call()).text, `{"status":200,"data":${text}}`, coding)
  }
  for (const [coding, body] of [
    ['zstd', Buffer.from(text)],
    ['gzip, gzip', gzipSync(gzipSync(text))],
    ['gzip', Buffer.from(text)],
    ['gzip', gzipSync(text).subarray(0, -9)],
    ['br', brotliCompressSync(text).subarray(0, -3)],
  ] as const) {
    coded(coding, body)
    assertFault(await call(), 502, 'upstream_unreachable')
  }
})

test('no header of the upstream reaches the caller', async () => {
  const headers = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`x-unlisted-${i}`, 'v']))
  const known = { 'set-cookie': 'a=b', server: 'Acme', 'www-authenticate': 'Basic', 'x-request-id': 'theirs' }
  serving.upstream.reply = json('{}', 200, { ...headers, ...known, 'content-security-policy': 'x' })
  const names = [...(await call()).headers.keys()]
  assert.deepEqual(
    names.filter((name) => name.startsWith('x-unlisted') || name === 'set-cookie' || name === 'server'),
    [],
  )
  assert.equal((await call()).headers.get('x-content-type-options'), 'nosniff')
  assert.notEqual((await call()).headers.get('x-request-id'), 'theirs')
})

test('informational answers before the real one are passed over', async () => {
  serving.upstream.reply = bytes(
    'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n' +
      'HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}',
  )
  assert.deepEqual((await call()).body, { status: 201, data: {} })
})
