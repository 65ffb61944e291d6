import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { makeApiKey } from '../../server/credentials/api-key.ts'
import { assertFault, startServing, type Answer, type Person, type Serving } from '../support/serving.ts'

let serving: Serving
let person: Person
let scoped: string
let reader: string

before(async () => {
  serving = await startServing()
  person = await serving.person()
  scoped = (await serving.key(person, { scopes: ['github'] })).key
  reader = (await serving.key(person, { readOnly: true })).key
})
after(() => serving?.stop())
beforeEach(() => serving.upstream.reset())

// Whatever is refused here is refused before anything is charged, recorded or sent.
afterEach(async () => {
  assert.equal(serving.upstream.received.length, 0)
  assert.equal((await serving.sql`select 1 from skill_calls`).length, 0)
  assert.equal((await serving.sql`select 1 from daily_usage where used > 0`).length, 0)
})

const wrong = { repo: 'none', count: 'x' }
const make = (key: string, params: unknown = wrong): Promise<Answer> =>
  serving.call(key, 'acme make_thing', params)

test('the key is judged first, whatever else is wrong', async () => {
  const absent = await serving.request('POST', '/v1/nothing/here', null, '{')
  assertFault(absent, 401, 'unauthorized')
  assert.equal(absent.headers.get('www-authenticate'), 'Bearer')
  for (const key of ['nonsense', 'sk_', `${makeApiKey()}x`, makeApiKey()])
    for (const answer of [await make(key), await serving.request('POST', '/v1/nothing/here', key, '{')])
      assertFault(answer, 401, 'api_key_invalid')
})

test('the scope is judged before it is told whether something exists', async () => {
  for (const path of ['/v1/acme/make_thing', '/v1/acme/nothing', '/v1/nothing/here'])
    assertFault(await serving.request('POST', path, scoped, '{'), 403, 'scope_not_allowed')
})

test('an unknown endpoint is told before what is wrong with the body, with the nearest name', async () => {
  const endpoint = await serving.request('POST', '/v1/acme/make_thin', person.key, '{')
  assertFault(endpoint, 404, 'not_found')
  assert.match(endpoint.body.next[0].why, /did you mean make_thing\?/)
  const integration = await serving.request('POST', '/v1/acmee/make_thing', person.key, '{')
  assertFault(integration, 404, 'not_found')
  assert.match(integration.body.next[0].why, /did you mean acme\?/)
  const far = await serving.request('POST', '/v1/zzzzzzzz/qqqqqqqq', person.key, '{')
  assert.doesNotMatch(far.body.next[0].why, /did you mean/)
  for (const name of ['__proto__', 'constructor', 'toString', 'ACME', 'acme%2f', '..%2fgithub', 'acm\u0435'])
    for (const path of [`/v1/${encodeURI(name)}/get_me`, `/v1/acme/${encodeURI(name)}`])
      assertFault(await serving.request('POST', path, person.key, {}), 404, 'not_found')
})

test('every complaint about the parameters is told at once, before the missing connection', async () => {
  const params = { repo: 'none', count: 'x', state: 'odd', labels: ['ok', ''], assignee: 7, extra: 1 }
  const answer = await make(person.key, params)
  assertFault(answer, 400, 'bad_request')
  assert.deepEqual(answer.body.fields.map((field: { path: string }) => field.path).sort(), [
    'assignee',
    'count',
    'extra',
    'labels[1]',
    'repo',
    'state',
    'title',
  ])
  const state = answer.body.fields.find((field: { path: string }) => field.path === 'state')
  assert.equal(state.message, 'must be one of "open", "closed"')
})

test('what is wrong in the parts of a value is told like the rest', async () => {
  const answer = await make(person.key, { repo: '../x', title: 't', trace: 'a\nb' })
  assertFault(answer, 400, 'bad_request')
  assert.deepEqual(
    answer.body.fields.map((field: { path: string }) => field.path),
    ['repo', 'trace'],
  )
})

test('only then is the connection missed, with the place to make one', async () => {
  const answer = await make(person.key, { repo: 'a/b', title: 't' })
  assertFault(answer, 403, 'integration_not_connected')
  assert.equal(answer.body.action_url, `${serving.url}/connect/acme`)
  assert.equal(answer.body.next[0].command, 'skillett connect acme')
})

test('a key that may only read is refused a write before the connection is looked at', async () => {
  assertFault(await make(reader, { repo: 'a/b', title: 't' }), 403, 'forbidden')
  assertFault(await serving.call(reader, 'acme list_things'), 403, 'integration_not_connected')
})

test('a limit of nothing is told last', async () => {
  const poor = await serving.person()
  await serving.sql`update profiles set daily_limit = 0 where id = ${poor.profileId}`
  assertFault(await serving.call(poor.key, 'acme list_things'), 403, 'integration_not_connected')
  const answer = await serving.call(poor.key, 'plain get_things')
  assertFault(answer, 429, 'daily_limit_reached')
  const seconds = Number(answer.headers.get('retry-after'))
  assert.ok(seconds > 0 && seconds <= 86_400)
  assert.equal(Math.ceil(answer.body.retry_after_ms / 1000), seconds)
})

test('a revoked and an expired key are told as what they are, and only to their holder', async () => {
  const revoked = await serving.key(person)
  const expired = await serving.key(person)
  await serving.sql`update api_keys set revoked_at = now() where id = ${revoked.keyId}`
  await serving.sql`update api_keys set expires_at = now() where id = ${expired.keyId}`
  for (const path of ['/v1/acme/make_thing', '/v1/nothing/here']) {
    assertFault(await serving.request('POST', path, revoked.key, '{'), 401, 'api_key_revoked')
    assertFault(await serving.request('POST', path, expired.key, '{'), 401, 'api_key_expired')
  }
})
