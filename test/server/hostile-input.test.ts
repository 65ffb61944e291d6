import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { assertFault, request, startServing, type Person, type Serving } from '../support/serving.ts'

let serving: Serving
let person: Person

before(async () => {
  serving = await startServing()
  person = await serving.person()
  await serving.connect(person.key)
})
after(() => serving?.stop())
beforeEach(() => serving.upstream.reset())

const post = (body: unknown, path = '/v1/acme/write') => serving.request('POST', path, person.key, body)

test('a body that is no JSON object is a bad request', async () => {
  const bodies = [
    ...['{', '}', '[]', 'null', '1', '"text"', 'true', '{"a":1}x', "{'a':1}", '{"a":1,}', '\ufeff{}x', 'NaN'],
    ...['{"params":{}', '{"params":}', '\0', '{"a":"\u0001"}', '{"a":"\\x"}', 'undefined', '{"a":01}', ','],
  ]
  for (const body of bodies) {
    const answer = await post(body)
    assertFault(answer, 400, 'bad_request')
    assert.ok(answer.body.message.length < 400)
  }
  assert.equal(serving.upstream.received.length, 0)
})

test('a body of exactly 1 MiB is read, one byte more is refused', async () => {
  const wrap = (size: number): string => {
    const [head, tail] = ['{"params":{"document":{"a":"', '"}}}']
    return head + 'x'.repeat(size - head.length - tail.length) + tail
  }
  assert.equal((await post(wrap(1024 * 1024))).status, 200)
  serving.upstream.reset()
  const answer = await post(wrap(1024 * 1024 + 1))
  assertFault(answer, 400, 'bad_request')
  assert.match(answer.body.message, /1048576 bytes/)
  assert.equal(serving.upstream.received.length, 0)
})

test('names that reach a prototype are refused, however deep, and nothing is polluted', async () => {
  const bodies = [
    '{"__proto__":{"x":1}}',
    '{"params":{"__proto__":{"x":1}}}',
    '{"params":{"document":{"__proto__":{"x":1}}}}',
    '{"params":{"document":{"a":[{"\\u005f_proto__":{"x":1}}]}}}',
    '{"params":{"constructor":{"prototype":{"x":1}}}}',
    '{"params":{"document":{"constructor":{"prototype":{"x":1}}}}}',
  ]
  for (const body of bodies) assertFault(await post(body), 400, 'bad_request')
  for (const body of [
    '{"constructor":1}',
    '{"params":{"constructor":1}}',
    '{"params":{"toString":1,"valueOf":2}}',
  ])
    assertFault(await post(body), 400, 'bad_request')
  assert.equal(({} as { x?: number }).x, undefined)
  assert.equal(serving.upstream.received.length, 0)
})

test('a number that would be changed by reading it is refused', async () => {
  const digits = ['12345678901234567890', '-9007199254740993', '9007199254740993', '1'.repeat(400)]
  for (const number of digits) {
    const answer = await post(`{"params":{"document":{"id":${number}}}}`)
    assertFault(answer, 400, 'bad_request')
    assert.match(answer.body.message, /string/)
  }
  assert.equal(serving.upstream.received.length, 0)
  for (const number of [
    '9007199254740991',
    '"12345678901234567890"',
    '"\\"12345678901234567890"',
    '0.1',
    '1e5',
  ]) {
    serving.upstream.reset()
    assert.equal((await post(`{"params":{"document":{"id":${number}}}}`)).status, 200)
  }
})

test('nesting beyond 64 levels is refused, in arrays and in objects', async () => {
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
  ] as const)
    for (const levels of [70, 5_000, 100_000]) {
      const value = open.repeat(levels) + '1' + close.repeat(levels)
      assertFault(await post(`{"params":{"document":{"a":${value}}}}`), 400, 'bad_request')
    }
  assert.equal(serving.upstream.received.length, 0)
})

test('no text makes the reader of bodies slow, not even to a stranger', async (t) => {
  const size = 1024 * 1024 - 200
  const texts = {
    'an open string of escapes after many digits': `1234567890123456,"${'\\"'.repeat(size / 2)}`,
    'quotes after many digits': `1234567890123456,${'"'.repeat(size)}`,
    'only digits': '1'.repeat(size),
    'digits and dots': '1234567890123456.'.repeat(size / 17),
    'only brackets': '['.repeat(size),
    backslashes: `"1234567890123456${'\\'.repeat(size)}`,
  }
  for (const [name, text] of Object.entries(texts)) {
    const began = performance.now()
    assertFault(await post(text), 400, 'bad_request')
    const took = performance.now() - began
    t.diagnostic(`${name}: ${Math.round(took)} ms`)
    assert.ok(took < 1_000, `${name} took ${took} ms`)
  }
})

test('unknown, doubled and wrongly typed fields are told together', async () => {
  const answer = await post({
    params: [],
    connection: 7,
    identifier: {},
    dry_run: 'yes',
    limit: 1,
    profile_id: 'x',
  })
  assertFault(answer, 400, 'bad_request')
  assert.deepEqual(
    answer.body.fields.map((field: { path: string }) => field.path),
    ['limit', 'profile_id', 'params', 'connection', 'identifier', 'dry_run'],
  )
  assertFault(await post('{"params":{"document":{}},"params":{"nothing":1}}'), 400, 'bad_request')
  assertFault(await post({ name: 'k', profile_id: 'p', role: 'admin' }, '/api-keys'), 400, 'bad_request')
  assertFault(
    await post({ integration: 'acme', secret: 'x'.repeat(9), plan: 'pro', status: 'active' }, '/v1/connect'),
    400,
    'bad_request',
  )
  assert.equal(serving.upstream.received.length, 0)
})

/** Texts that databases, logs and terminals choke on. */
const spoiled = [
  '\0',
  'a\0b',
  '\n',
  'a\r\nb',
  '\x1b[31m',
  '\x7f',
  '\u0085',
  '\u202e',
  '\u200b',
  '\ud800',
  ' ',
  '',
]

test('no control character, NUL or half surrogate gets anywhere through a name', async () => {
  const places: ((text: string) => [path: string, body: unknown])[] = [
    (text) => ['/v1/acme/write', { connection: text }],
    (text) => ['/v1/acme/write', { identifier: text }],
    (text) => ['/api-keys', { name: text }],
    (text) => ['/api-keys', { name: 'k', scopes: [text] }],
    (text) => ['/api-keys', { name: 'k', expires_at: text }],
    (text) => ['/v1/connect', { integration: 'acme', account: text, secret: 'long enough' }],
    (text) => ['/v1/connect', { integration: 'acme', identifier: text, secret: 'long enough' }],
    (text) => ['/v1/connect', { integration: 'acme', auth: text, secret: 'long enough' }],
    (text) => ['/v1/connect', { integration: 'acme', secret: text }],
    (text) => ['/v1/connect', { integration: 'tenant', secret: 'long enough', variables: { host: text } }],
  ]
  for (const place of places)
    for (const text of spoiled) {
      const [path, body] = place(text)
      const answer = await post(body, path)
      assert.equal(answer.status, 400, `${path} ${JSON.stringify(body)} ${answer.text}`)
      assertFault(answer, 400, 'bad_request')
    }
  for (const text of spoiled) {
    const answer = await post({ integration: text, secret: 'long enough' }, '/v1/connect')
    assertFault(answer, 404, 'not_found')
  }
  assert.equal(serving.upstream.received.length, 0)
})

test('nor through a path or a query', async () => {
  const texts = [
    ...spoiled.filter((text) => text.trim() !== '' && text.isWellFormed()),
    "'",
    '"; drop table profiles',
    '%',
    '🙂',
  ]
  for (const text of texts.map(encodeURIComponent)) {
    const paths: [method: string, path: string, statuses: number[]][] = [
      ['POST', `/v1/${text}/get_me`, [404]],
      ['POST', `/v1/acme/${text}`, [404]],
      ['GET', `/v1/skills/${text}`, [404]],
      ['GET', `/v1/skills/acme/${text}`, [404]],
      ['GET', `/v1/${text}/download`, [404]],
      ['GET', `/v1/connect/${text}`, [404]],
      ['GET', `/connect/${text}`, [404]],
      ['DELETE', `/v1/connections/${text}`, [404]],
      ['POST', `/v1/connections/${text}/verify`, [404]],
      ['DELETE', `/api-keys/${text}`, [404]],
      ['GET', `/v1/calls/${text}`, [404]],
      ['GET', `/v1/calls?cursor=${text}`, [400]],
      ['GET', `/v1/calls?limit=${text}`, [400]],
      ['GET', `/v1/skills?q=${text}`, [200, 400]],
      ['GET', `/v1/skills/acme?q=${text}`, [200, 400]],
    ]
    for (const [method, path, statuses] of paths) {
      const answer = await serving.request(method, path, person.key)
      assert.ok(statuses.includes(answer.status), `${method} ${path} ${answer.text}`)
    }
  }
})

test('a query given twice, or with no meaning, is a bad request or nothing, never a failure', async () => {
  for (const path of ['/v1/skills?q=a&q=b', '/v1/skills/acme?q=a&q=b', '/v1/calls?limit=1&limit=2'])
    assertFault(await serving.request('GET', path, person.key), 400, 'bad_request')
  for (const limit of ['0', '-1', '201', '1.5', 'NaN', '1e3', ''])
    assertFault(await serving.request('GET', `/v1/calls?limit=${limit}`, person.key), 400, 'bad_request')
  for (const path of ['/v1/skills/%ZZ', '/v1/%E0%A4%A/x', '/v1/calls/%'])
    assert.ok((await serving.request('GET', path, person.key)).status < 500)
  const long = await serving.request('GET', `/v1/skills?q=${'a'.repeat(201)}`, person.key)
  assertFault(long, 400, 'bad_request')
})

test("one caller's poisoned name does not spoil the calls that share its round trip", async () => {
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      i % 2 === 0
        ? serving.call(person.key, 'plain get_things')
        : request(serving.url, 'POST', '/v1/%00/x', person.key, {}),
    ),
  )
  assert.deepEqual([...new Set(answers.map((answer) => answer.status))].sort(), [200, 404])
})
