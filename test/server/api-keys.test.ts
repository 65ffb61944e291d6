import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isApiKey, makeApiKey } from '../../server/credentials/api-key.ts'
import { assertFault, startServing, type Answer, type Person, type Serving } from '../support/serving.ts'

let serving: Serving
let person: Person

before(async () => {
  serving = await startServing()
  person = await serving.person()
})
after(() => serving?.stop())

const create = (key: string, body: unknown): Promise<Answer> =>
  serving.request('POST', '/api-keys', key, body)

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

test('every wrong character and every swap of neighbours is noticed without asking the database', async (t) => {
  let typos = 0
  let swaps = 0
  for (let n = 0; n < 20; n += 1) {
    const key = makeApiKey()
    assert.ok(isApiKey(key))
    for (let i = 3; i < key.length; i += 1) {
      for (const char of alphabet) {
        if (char === key[i]) continue
        typos += 1
        assert.equal(isApiKey(key.slice(0, i) + char + key.slice(i + 1)), false)
      }
      if (i + 1 === key.length || key[i] === key[i + 1]) continue
      swaps += 1
      assert.equal(isApiKey(key.slice(0, i) + key[i + 1] + key[i] + key.slice(i + 2)), false)
    }
  }
  t.diagnostic(`${typos} typos and ${swaps} swaps, 0 taken for keys`)
})

test('a mistyped key costs no query, a well-formed one does', async (t) => {
  // Whatever reads the table of keys has to wait: an answer that comes was given without it.
  const { sql } = serving
  const asked: number[] = []
  await sql.begin(async (tx) => {
    await tx`lock table api_keys in access exclusive mode`
    const typo = `${person.key.slice(0, -1)}${person.key.endsWith('0') ? '1' : '0'}`
    for (const key of [
      typo,
      'sk_',
      'sk_live_123',
      `${person.key} `.trim() + 'x',
      'Bearer',
      person.key.toLowerCase(),
    ])
      for (const path of ['/v1/whoami', '/v1/skills', '/api-keys', '/v1/calls', '/v1/connections']) {
        const began = performance.now()
        assertFault(await serving.request('GET', path, key), 401, 'api_key_invalid')
        asked.push(performance.now() - began)
      }
    assertFault(await serving.request('GET', '/v1/whoami', makeApiKey()), 503, 'audit_unavailable')
  })
  assert.ok(Math.max(...asked) < 1_500)
  t.diagnostic(`${asked.length} refusals while nobody could read the keys`)
  assertFault(await serving.request('GET', '/v1/whoami', makeApiKey()), 401, 'api_key_invalid')
})

test('an authorization header of any other form is no key', async () => {
  const { key } = person
  for (const [header, code] of [
    [key, 'unauthorized'],
    [`Basic ${Buffer.from(key).toString('base64')}`, 'unauthorized'],
    [`Bearer ${key} ${key}`, 'unauthorized'],
    ['Bearer', 'unauthorized'],
    [`Bearer ${key},`, 'api_key_invalid'],
    [`Bearer "${key}"`, 'api_key_invalid'],
  ] as const) {
    const answer = await fetch(`${serving.url}/v1/whoami`, { headers: { authorization: header } })
    assert.deepEqual([answer.status, ((await answer.json()) as { error: string }).error], [401, code], header)
  }
  const inQuery = await serving.request('GET', `/v1/whoami?token=${key}&api_key=${key}`)
  assertFault(inQuery, 401, 'unauthorized')
})

test('a key is shown once, listed without its secret, and revoked for good', async () => {
  const made = await create(person.key, { name: 'Production', scopes: ['acme', 'github'] })
  assert.equal(made.status, 201)
  assert.deepEqual(Object.keys(made.body), ['api_key', 'full_key'])
  const { id, name, key_prefix, scopes, read_only, expires_at, created_at } = made.body.api_key
  assert.deepEqual([name, scopes, read_only, expires_at], ['Production', ['acme', 'github'], false, null])
  assert.match(id, /^key_/)
  assert.ok(isApiKey(made.body.full_key) && made.body.full_key.startsWith(key_prefix))
  assert.equal(key_prefix.length, 11)
  assert.equal(new Date(created_at).toISOString(), created_at)

  const list = await serving.request('GET', '/api-keys', person.key)
  assert.ok(Array.isArray(list.body))
  const listed = list.body.find((key: { id: string }) => key.id === id)
  assert.deepEqual(Object.keys(listed).sort(), [
    ...[
      'created_at',
      'expires_at',
      'id',
      'key_prefix',
      'last_used_at',
      'name',
      'read_only',
      'revoked_at',
      'scopes',
      'tokens',
    ],
  ])
  assert.equal(list.text.includes(made.body.full_key), false)
  assert.doesNotMatch(list.text, /hash/)

  const revoke = () => serving.request('DELETE', `/api-keys/${id}`, person.key)
  assert.deepEqual([(await revoke()).status, (await revoke()).text], [204, ''])
  const after = (await serving.request('GET', '/api-keys', person.key)).body
  const [revoked] = after.filter((key: { id: string }) => key.id === id)
  assert.equal(new Date(revoked.revoked_at).toISOString(), revoked.revoked_at)
  assertFault(await serving.request('GET', '/v1/whoami', made.body.full_key), 401, 'api_key_revoked')
  const [row] = await serving.sql`select * from api_keys where id = ${id}`
  assert.equal(JSON.stringify(row).includes(made.body.full_key), false)
})

test('the use of a key is noted', async () => {
  const own = await serving.key(person)
  const used = async () =>
    (await serving.request('GET', '/api-keys', person.key)).body.find(
      (key: { id: string }) => key.id === own.keyId,
    ).last_used_at
  assert.equal(await used(), null)
  await serving.call(own.key, 'plain get_things')
  await serving.calls()
  assert.ok(Math.abs(Date.parse(await used()) - Date.now()) < 60_000)
})

test('a key makes none that may do more than itself, or for longer', async () => {
  const soon = new Date(Date.now() + 3_600_000)
  const later = new Date(Date.now() + 7_200_000).toISOString()
  const scoped = (await serving.key(person, { scopes: ['acme'] })).key
  const reader = (await serving.key(person, { readOnly: true })).key
  const brief = (await serving.key(person, { expiresAt: soon })).key
  for (const [key, body] of [
    [scoped, {}],
    [scoped, { scopes: ['*'] }],
    [scoped, { scopes: ['acme', 'github'] }],
    [reader, {}],
    [reader, { read_only: false }],
    [brief, {}],
    [brief, { expires_at: later }],
  ] as const)
    assertFault(await create(key, { name: 'wider', ...body }), 403, 'forbidden')
  for (const [key, body] of [
    [scoped, { scopes: ['acme'] }],
    [scoped, { scopes: ['acme'], read_only: true }],
    [reader, { read_only: true }],
    [brief, { expires_at: new Date(soon.getTime() - 1000).toISOString() }],
  ] as const)
    assert.equal((await create(key, { name: 'narrower', ...body })).status, 201)
})

test('what is wrong with a wanted key is told', async () => {
  for (const body of [
    {},
    { name: '' },
    { name: 'a'.repeat(101) },
    { name: 7 },
    { name: 'k', scopes: [] },
    { name: 'k', scopes: ['nothing'] },
    { name: 'k', scopes: 'acme' },
    { name: 'k', scopes: [7] },
    { name: 'k', expires_at: 'tomorrow' },
    { name: 'k', expires_at: '2001-01-01T00:00:00Z' },
    { name: 'k', expires_at: '+123456-01-01T00:00:00Z' },
    { name: 'k', read_only: 'no' },
    { name: 'k', daily_limit: 5 },
    { name: 'k', profile_id: 'prof_x', id: 'key_x' },
  ]) {
    const answer = await create(person.key, body)
    assertFault(answer, 400, 'bad_request')
    assert.ok(answer.body.fields.length > 0)
  }
})

test('the plan says how many keys there may be; revoked and expired ones do not count', async () => {
  const free = await serving.person('free')
  assertFault(await create(free.key, { name: 'second' }), 403, 'plan_limit_reached')
  await serving.sql`update plans set keys = 4 where name = 'free'`
  const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => create(free.key, { name: `k${i}` })))
  assert.equal(answers.filter((answer) => answer.status === 201).length, 3)
  await serving.sql`update plans set keys = 1 where name = 'free'`
  for (const { body } of answers.filter((answer) => answer.status === 201))
    await serving.request('DELETE', `/api-keys/${body.api_key.id}`, free.key)
  assertFault(await create(free.key, { name: 'still' }), 403, 'plan_limit_reached')
})
