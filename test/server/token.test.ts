/** The token broker: who gets a token, for what, and what is told when there is none. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertFault, startServing, type Person, type Serving } from '../support/serving.ts'

const secret = 'acme_secret_0123456789'

let serving: Serving
before(async () => {
  serving = await startServing()
})
after(() => serving?.stop())

const ask = (key: string, body: unknown) => serving.request('POST', '/v1/token', key, body)

/** With a connected acme account of this name. */
async function holder(account = 'work', rest: Record<string, unknown> = {}): Promise<Person> {
  const person = await serving.person('unlimited', { tokens: true })
  await serving.connect(person.key, { account, ...rest })
  return person
}

test('a key without the permission gets no token, and nothing is recorded as handed out', async () => {
  const person = await serving.person()
  await serving.connect(person.key)
  assertFault(await ask(person.key, { services: ['acme'] }), 403, 'forbidden')
  const rows = await serving.sql`
    select from skill_calls where profile_id = ${person.profileId} and endpoint = 'broker:token'`
  assert.equal(rows.length, 0)
})

test('a key with the permission gets the token, and the audit log has it first', async () => {
  const person = await holder()
  const answer = await ask(person.key, { services: ['acme'] })
  const { connection_id, ...rest } = answer.body
  assert.deepEqual(rest, {
    status: 'active',
    service: 'acme',
    integration: 'acme',
    account: 'work',
    identifier: '',
    token: secret,
    expires_at: null,
    cache_seconds: 0,
  })
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  const rows = (await serving.calls()).filter((row) => row['profile_id'] === person.profileId)
  const [row] = rows.filter((each) => each['endpoint'] === 'broker:token')
  assert.deepEqual(
    [row!['state'], row!['key_id'], row!['connection_id']],
    ['done', person.keyId, connection_id],
  )
  assert.ok(!JSON.stringify(rows).includes(secret))
})

test('no audit row, no token', async () => {
  const person = await holder()
  await serving.sql`alter table skill_calls rename to skill_calls_away`
  try {
    const answer = await ask(person.key, { services: ['acme'] })
    assertFault(answer, 503, 'audit_unavailable')
    assert.ok(!answer.text.includes(secret))
  } finally {
    await serving.sql`alter table skill_calls_away rename to skill_calls`
  }
})

test('a read-only key, a scope and the daily limit stand before a token as before a call', async () => {
  const person = await holder()
  const readOnly = await serving.key(person, { readOnly: true, tokens: true })
  assertFault(await ask(readOnly.key, { services: ['acme'] }), 403, 'forbidden')
  const elsewhere = await serving.key(person, { scopes: ['github'], tokens: true })
  assertFault(await ask(elsewhere.key, { services: ['acme'] }), 403, 'scope_not_allowed')
  await serving.sql`update profiles set daily_limit = 0 where id = ${person.profileId}`
  assertFault(await ask(person.key, { services: ['acme'] }), 429, 'daily_limit_reached')
})

test('a revoked key gets no token from the next request on', async () => {
  const person = await holder()
  assert.equal((await ask(person.key, { services: ['acme'] })).status, 200)
  await serving.request('DELETE', `/api-keys/${person.keyId}`, person.key)
  assertFault(await ask(person.key, { services: ['acme'] }), 401, 'api_key_revoked')
})

test('the profile of somebody else has no token here', async () => {
  await holder()
  const stranger = await serving.person('unlimited', { tokens: true })
  const answer = await ask(stranger.key, { services: ['acme'] })
  assertFault(answer, 403, 'integration_not_connected')
  assert.ok(!answer.text.includes(secret))
})

test('several services are told one by one, each with its status', async () => {
  const person = await holder()
  const { connection_id } = (await ask(person.key, { services: ['acme'] })).body
  await serving.connect(person.key, { integration: 'bulk', secret: 'bulk_secret_1', account: 'b' })
  await serving.sql`update connections set status = 'revoked' where profile_id = ${person.profileId} and integration = 'bulk'`
  await serving.connect(person.key, {
    integration: 'tenant',
    secret: 'tenant_secret_1',
    variables: { host: 'acme.tenant.test' },
    account: 't',
  })
  await serving.sql`update connections set status = 'expired' where profile_id = ${person.profileId} and integration = 'tenant'`
  const answer = await ask(person.key, { services: ['acme', 'bulk', 'tenant', 'github', 'acmee', 'ledger'] })
  assert.equal(answer.status, 200, answer.text)
  assert.deepEqual(
    answer.body.tokens.map((entry: any) => [entry.service, entry.status, entry.error ?? null]),
    [
      ['acme', 'active', null],
      ['bulk', 'revoked', 'token_expired'],
      ['tenant', 'expired', 'token_expired'],
      ['github', 'authorization_needed', 'integration_not_connected'],
      ['acmee', 'not_configured', 'not_found'],
      ['ledger', 'error', 'forbidden'],
    ],
  )
  assert.equal(answer.body.tokens[0].connection_id, connection_id)
  assert.match(answer.body.tokens[3].action_url, /\/connect\/github/)
  assert.match(answer.body.tokens[4].next[0].why, /did you mean acme/)
})

test('one service that has no token is a fault, with the place where a person goes', async () => {
  const person = await serving.person('unlimited', { tokens: true })
  const answer = await ask(person.key, { services: ['acme'] })
  assertFault(answer, 403, 'integration_not_connected')
  assert.equal(answer.body.action_url, `${serving.url}/connect/acme`)
  assertFault(await ask(person.key, { services: ['nowhere'] }), 404, 'not_found')
})

test('a URL finds the integration whose own host it has, and no other', async () => {
  const person = await holder()
  for (const url of [
    'https://api.acme.test/v2/me',
    'https://API.acme.test/v2',
    'https://api.acme.test/other',
  ])
    assert.equal((await ask(person.key, { url })).body.token, secret, url)
  for (const url of [
    'http://api.acme.test/v2/me',
    'https://api.acme.test.evil.test/',
    'https://evil.test/https://api.acme.test/',
    'https://api.acme.test@evil.test/',
    'https://user:pass@api.acme.test/',
    'https://api.acme.test:8443/',
    'api.acme.test',
    'javascript:alert(1)',
  ])
    assertFault(await ask(person.key, { url }), 400, 'bad_request')
})

test('a host that differs between connections is that of the one whose variables say so', async () => {
  const person = await holder()
  const connect = (name: string) =>
    serving.connect(person.key, {
      integration: 'tenant',
      secret: `tenant_secret_of_${name}`,
      variables: { host: `${name}.tenant.test` },
      account: name,
    })
  serving.upstream.login = 'x'
  await connect('acme')
  assert.equal(
    (await ask(person.key, { url: 'https://acme.tenant.test/things' })).body.token,
    'tenant_secret_of_acme',
  )
  assertFault(await ask(person.key, { url: 'https://evil.tenant.test/things' }), 400, 'bad_request')
  serving.upstream.reset()
})

test('what is asked is one thing: services, or a URL', async () => {
  const person = await holder()
  for (const body of [
    {},
    { services: [] },
    { services: ['acme'], url: 'https://api.acme.test/' },
    { services: ['acme', 'bulk'], connection: 'work' },
    { services: Array.from({ length: 21 }, (_, i) => `s${i}`) },
    { services: 'acme' },
    { service: 'acme' },
  ])
    assertFault(await ask(person.key, body), 400, 'bad_request')
})

test('several accounts are an ambiguity until a service is mapped to one of them', async () => {
  const person = await holder('work')
  await serving.connect(person.key, { account: 'home', secret: 'acme_secret_of_home' })
  assertFault(await ask(person.key, { services: ['acme'] }), 409, 'account_ambiguous')
  assert.equal(
    (await ask(person.key, { services: ['acme'], connection: 'home' })).body.token,
    'acme_secret_of_home',
  )
  const config = await serving.request('POST', '/v1/services', person.key, {
    services: [{ service: 'acme', connection: 'home', cache_seconds: 600 }],
  })
  assert.equal(config.status, 200, config.text)
  const mapped = (await ask(person.key, { services: ['acme'] })).body
  assert.deepEqual([mapped.account, mapped.cache_seconds], ['home', 600])
  assert.equal((await serving.request('DELETE', '/v1/services/acme', person.key)).status, 204)
  assertFault(await ask(person.key, { services: ['acme'] }), 409, 'account_ambiguous')
  assertFault(await serving.request('DELETE', '/v1/services/acme', person.key), 404, 'not_found')
})

test('an identifier picks whose account it is, and a mapping may hold one', async () => {
  const person = await holder('work', { identifier: 'ann', secret: 'acme_secret_of_ann' })
  assertFault(await ask(person.key, { services: ['acme'] }), 403, 'integration_not_connected')
  assert.equal(
    (await ask(person.key, { services: ['acme'], identifier: 'ann' })).body.token,
    'acme_secret_of_ann',
  )
  const { id } = (await serving.request('GET', '/v1/connections', person.key)).body.connections[0]
  await serving.request('POST', '/v1/services', person.key, {
    services: [{ service: 'mail', connection: id }],
  })
  assert.equal((await ask(person.key, { services: ['mail'] })).body.token, 'acme_secret_of_ann')
})

test('services are told apart by profile, and every mistake is told at once', async () => {
  const person = await holder()
  const stranger = await holder()
  const post = (key: string, services: unknown) => serving.request('POST', '/v1/services', key, { services })
  await post(person.key, [{ service: 'mine', connection: 'work', integration: 'acme' }])
  assert.deepEqual((await serving.request('GET', '/v1/services', stranger.key)).body, { services: [] })
  const reader = await serving.key(person, { readOnly: true })
  assertFault(await post(reader.key, [{ service: 'mine', connection: 'home' }]), 403, 'forbidden')
  assertFault(await serving.request('DELETE', '/v1/services/mine', reader.key), 403, 'forbidden')
  const { id } = (await serving.request('GET', '/v1/connections', person.key)).body.connections[0]
  assertFault(await post(stranger.key, [{ service: 'theirs', connection: id }]), 400, 'bad_request')
  const refused = await post(person.key, [
    { service: 'no/t', connection: 'x' },
    { service: 'acme', connection: '' },
    { service: 'acme', connection: 'x', cache_seconds: 1e9 },
    { service: 'unknown', connection: 'x' },
    { service: 'acme', connection: 'x', color: 'red' },
    7,
  ])
  assertFault(refused, 400, 'bad_request')
  assert.deepEqual(
    refused.body.fields.map(({ path }: { path: string }) => path),
    [
      'services[0].service',
      'services[1].connection',
      'services[2].cache_seconds',
      'services[3].service',
      'services[4].color',
      'services[5]',
    ],
  )
})

test('only a key with the permission makes another that has it, and never a read-only one', async () => {
  const person = await serving.person('unlimited', { tokens: true })
  const plain = await serving.key(person)
  const make = (key: string, more: object) =>
    serving.request('POST', '/api-keys', key, { name: 'x', ...more })
  assertFault(await make(plain.key, { tokens: true }), 403, 'forbidden')
  assertFault(await make(person.key, { tokens: true, read_only: true }), 400, 'bad_request')
  const made = await make(person.key, { tokens: true })
  assert.deepEqual([made.status, made.body.api_key.tokens], [201, true])
  assert.equal((await make(person.key, {})).body.api_key.tokens, false)
})
