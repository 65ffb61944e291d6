import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { assertFault, startServing, type Answer, type Person, type Serving } from '../support/serving.ts'
import { hang } from '../support/upstream.ts'

let serving: Serving
let person: Person

before(async () => {
  serving = await startServing()
})
after(() => serving?.stop())
beforeEach(async () => {
  serving.upstream.reset()
  person = await serving.person()
})

const secret = 'acme_secret_0123456789'
const connect = (rest: Record<string, unknown> = {}): Promise<Answer> =>
  serving.request('POST', '/v1/connect', person.key, { integration: 'acme', secret, ...rest })
const rows = () => serving.sql`select * from connections where profile_id = ${person.profileId}`

test('a credential is stored after the service has said whose it is, and that call is in the audit log', async () => {
  const { status, body } = await connect()
  assert.equal(status, 200)
  const { connection_id, ...rest } = body
  assert.deepEqual(rest, {
    integration: 'acme',
    account: 'octocat',
    status: 'connected',
    identity: 'octocat',
  })
  assert.deepEqual(
    serving.upstream.received.map(({ method, url, headers }) => [method, url, headers.authorization]),
    [['GET', '/v2/me', `Bearer ${secret}`]],
  )
  const calls = (await serving.calls()).filter((row) => row['profile_id'] === person.profileId)
  assert.deepEqual(
    calls.map((row) => [row['integration'], row['endpoint'], row['state'], row['upstream_status']]),
    [['acme', 'get_me', 'done', 200]],
  )
  const { usage } = (await serving.request('GET', '/v1/whoami', person.key)).body
  assert.equal(usage.calls_today, 0)
  const { connections } = (await serving.request('GET', '/v1/connections', person.key)).body
  assert.deepEqual(
    connections.map(({ id, account, status }: Record<string, string>) => [id, account, status]),
    [[connection_id, 'octocat', 'active']],
  )
  const state = (await serving.request('GET', `/v1/connect/${connection_id}`, person.key)).body
  assert.deepEqual(state, { status: 'connected', integration: 'acme' })
})

test('a credential that the service refuses is told as a mistake in the field, and not stored', async () => {
  for (const status of [401, 403]) {
    serving.upstream.early = (response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end('{"message":"no"}')
      return true
    }
    const answer = await connect()
    assertFault(answer, 400, 'bad_request')
    assert.deepEqual(
      answer.body.fields.map((field: { path: string }) => field.path),
      ['secret'],
    )
  }
  assert.equal((await rows()).length, 0)
})

test('a service in trouble is told as such, and nothing is stored', async () => {
  serving.upstream.early = (response) => Boolean(response.writeHead(500).end('{}'))
  assertFault(await connect(), 502, 'upstream_unreachable')
  serving.upstream.early = (response) => Boolean(response.writeHead(302, { location: '/' }).end())
  assertFault(await connect(), 502, 'redirect_refused')
  serving.upstream.early = (response, request) => (hang({} as never, response, request), true)
  assertFault(await connect(), 504, 'upstream_timeout')
  assert.equal((await rows()).length, 0)
})

test('an identity that people could not read is none', async () => {
  const logins = ['a\0b', 'x\ny', '\x1b[2J', 'a'.repeat(101), '', ' x', '\u202eevil', {}, null, ['a'], true]
  for (const login of logins) {
    serving.upstream.login = login
    const answer = await connect()
    assert.deepEqual(
      [answer.status, answer.body.account, answer.body.identity],
      [200, 'default', null],
      answer.text,
    )
  }
  serving.upstream.login = 4711
  assert.equal((await connect()).body.identity, '4711')
})

test('what is wrong with a secret is told without repeating it', async () => {
  const wrong: [secret: unknown, paths: string[]][] = [
    [undefined, ['secret']],
    [7, ['secret']],
    [null, ['secret']],
    ['', ['secret.token']],
    ['with\nbreak', ['secret.token']],
    ['s\u00e9cret', ['secret.token']],
    ['x'.repeat(8193), ['secret.token']],
    [{}, ['secret.token']],
    [{ token: 5 }, ['secret.token']],
    [{ token: 'fine-and-long', other: 'hidden-value' }, ['secret.other']],
  ]
  for (const [value, paths] of wrong) {
    const answer = await connect({ secret: value })
    assertFault(answer, 400, 'bad_request')
    assert.deepEqual(
      answer.body.fields.map((field: { path: string }) => field.path),
      paths,
    )
    assert.doesNotMatch(answer.text, /with.nbreak|hidden-value|fine-and-long|s\u00e9cret/)
  }
  const both = await connect({ integration: 'ledger', secret: {} })
  assert.equal(both.body.fields.length, 2)
  assertFault(await connect({ auth: 'oauth' }), 400, 'bad_request')
  assertFault(await connect({ integration: 'plain' }), 400, 'bad_request')
  assertFault(await connect({ integration: 'nothing' }), 404, 'not_found')
  assert.equal(serving.upstream.received.length, 0)
})

test('the plan says how many connections there may be, also when they come at once', async () => {
  person = await serving.person('free')
  const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => connect({ account: `a${i}` })))
  assert.equal(answers.filter((answer) => answer.status === 200).length, 3)
  for (const answer of answers.filter((each) => each.status !== 200))
    assertFault(answer, 403, 'plan_limit_reached')
  assert.equal((await rows()).length, 3)
  const [kept] = await rows()
  assert.equal((await connect({ account: kept!['account'] })).status, 200, 'renewing is no new connection')
})

test('a label stands for one identity until it is deleted', async () => {
  const first = (await connect({ account: 'work' })).body.connection_id
  serving.upstream.login = 'somebody-else'
  const answer = await connect({ account: 'work', secret: 'another_secret_0123' })
  assertFault(answer, 409, 'conflict')
  assert.match(answer.body.message, /octocat/)
  serving.upstream.login = 'octocat'
  await serving.call(person.key, 'acme list_things', {}, { connection: 'work' })
  assert.equal(serving.upstream.received.at(-1)!.headers.authorization, `Bearer ${secret}`)
  const renewed = await connect({ account: 'work', secret: 'renewed_secret_0123' })
  assert.equal(renewed.body.connection_id, first)
  await serving.call(person.key, 'acme list_things', {}, { connection: 'work' })
  assert.equal(serving.upstream.received.at(-1)!.headers.authorization, 'Bearer renewed_secret_0123')
  const [row] = await serving.sql`select version from credentials where connection_id = ${first}`
  assert.equal(row!['version'], 2)
})

test('with several accounts one has to be named, and the answer tells which there are', async () => {
  for (const account of ['work', 'home']) await connect({ account })
  const answer = await serving.call(person.key, 'acme list_things')
  assertFault(answer, 409, 'account_ambiguous')
  assert.deepEqual(answer.body.fields, [{ path: 'connection', message: 'must be one of home, work' }])
  assert.equal((await serving.call(person.key, 'acme list_things', {}, { connection: 'home' })).status, 200)
  const unknown = await serving.call(person.key, 'acme list_things', {}, { connection: 'hom' })
  assertFault(unknown, 403, 'integration_not_connected')
})

test('verifying asks the service again and keeps what it says', async () => {
  const id = (await connect()).body.connection_id
  const verify = () => serving.request('POST', `/v1/connections/${id}/verify`, person.key)
  const status = async () => (await rows())[0]!['status']
  assert.deepEqual((await verify()).body, {
    id,
    integration: 'acme',
    account: 'octocat',
    status: 'active',
    identity: 'octocat',
  })
  serving.upstream.early = (response) => Boolean(response.writeHead(401).end('{}'))
  assert.equal((await verify()).body.status, 'expired')
  assert.equal(await status(), 'expired')
  assertFault(await serving.call(person.key, 'acme list_things'), 401, 'token_expired')
  serving.upstream.early = (response) => Boolean(response.writeHead(503).end('{}'))
  assertFault(await verify(), 502, 'upstream_unreachable')
  assert.equal(await status(), 'expired', 'a service in trouble says nothing about a credential')
  serving.upstream.early = null
  assert.equal((await verify()).body.status, 'active')
  assert.equal((await serving.call(person.key, 'acme list_things')).status, 200)
})

test('deleting destroys the credential, and the next call finds nothing', async () => {
  const id = (await connect()).body.connection_id
  const credential = () => serving.sql`select 1 from credentials where connection_id = ${id}`
  assert.equal((await credential()).length, 1)
  const answer = await serving.request('DELETE', `/v1/connections/${id}`, person.key)
  assert.deepEqual([answer.status, answer.text], [204, ''])
  assert.equal((await credential()).length, 0)
  assertFault(await serving.request('DELETE', `/v1/connections/${id}`, person.key), 404, 'not_found')
  assertFault(await serving.call(person.key, 'acme list_things'), 403, 'integration_not_connected')
})

test('a key that may only read, or not this integration, cannot connect', async () => {
  const reader = await serving.key(person, { readOnly: true })
  const scoped = await serving.key(person, { scopes: ['github'] })
  const body = { integration: 'acme', secret }
  assertFault(await serving.request('POST', '/v1/connect', reader.key, body), 403, 'forbidden')
  assertFault(await serving.request('POST', '/v1/connect', scoped.key, body), 403, 'scope_not_allowed')
  assert.equal(serving.upstream.received.length, 0)
})

test('the page that an action_url leads to says how to connect, without a key', async () => {
  const answer = await serving.request('GET', '/connect/acme')
  assert.equal(answer.status, 200)
  assert.match(answer.text, /skillett connect acme --auth token --secret-stdin/)
  assert.match(answer.headers.get('content-type')!, /^text\/markdown/)
  assertFault(await serving.request('GET', '/connect/nothing'), 404, 'not_found')
})
