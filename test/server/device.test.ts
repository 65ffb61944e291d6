/** Device sign-in as RFC 8628 has it, and what stands between a code and a stranger. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startServing, type Person, type Serving } from '../support/serving.ts'
import { newVisitor, readFormToken, signIn, type Visitor } from '../support/visitor.ts'

const grant = 'urn:ietf:params:oauth:grant-type:device_code'
let serving: Serving

before(async () => (serving = await startServing()))
after(() => serving.stop())

interface OAuthAnswer {
  status: number
  headers: Headers
  body: any
}

async function post(
  path: string,
  fields: Record<string, string> | string,
  headers = {},
): Promise<OAuthAnswer> {
  const body = typeof fields === 'string' ? fields : new URLSearchParams(fields)
  const answer = await fetch(serving.url + path, { method: 'POST', body, headers })
  return { status: answer.status, headers: answer.headers, body: await answer.json() }
}

async function begin(fields: Record<string, string> = { client_id: 'test' }): Promise<any> {
  const { status, body } = await post('/auth/device/code', fields)
  assert.equal(status, 200, JSON.stringify(body))
  return body
}

function poll(
  device_code: string,
  fields: Record<string, string> = { client_id: 'test' },
): Promise<OAuthAnswer> {
  return post('/auth/device/token', { grant_type: grant, device_code, ...fields })
}

/** The time that a client has to wait between two polls. */
async function letPollAgain(): Promise<void> {
  await serving.sql`update device_codes set last_polled_at = last_polled_at - interval '1 hour'`
}

function assertOAuthError({ status, headers, body }: OAuthAnswer, error: string, wanted = 400): void {
  assert.deepEqual([status, body.error], [wanted, error], JSON.stringify(body))
  assert.match(headers.get('content-type')!, /^application\/json/)
  assert.equal(headers.get('cache-control'), 'no-store')
}

async function decide(visitor: Visitor, userCode: string, decision: string, more = {}): Promise<number> {
  const fields = { user_code: userCode, decision, ...more }
  return (await visitor.submit('/device', '/device/decision', fields)).status
}

async function authorize(visitor: Visitor, body: unknown, headers = {}): Promise<OAuthAnswer> {
  const cookie = `skillett=${visitor.cookies.get('skillett')}`
  const common = { cookie, 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', ...headers }
  return post('/auth/device/authorize', JSON.stringify(body), common)
}

async function newcomer(plan?: string): Promise<{ person: Person; visitor: Visitor }> {
  const person = await serving.person(plan)
  return { person, visitor: await signIn(serving, person) }
}

test('the codes are what RFC 8628 wants, and only their digests are stored', async () => {
  const answer = await post('/auth/device/code', { client_id: 'test' })
  assert.match(answer.headers.get('content-type')!, /^application\/json/)
  const { device_code, user_code, ...rest } = answer.body
  assert.match(device_code, /^[0-9a-f]{40}$/)
  assert.match(user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
  assert.deepEqual(rest, {
    verification_uri: `${serving.url}/device`,
    verification_uri_complete: `${serving.url}/device?user_code=${user_code}`,
    expires_in: 900,
    interval: 5,
  })
  const rows = JSON.stringify(await serving.sql`select * from device_codes`)
  assert.ok(!rows.includes(device_code) && !rows.includes(user_code.replace('-', '')))
  assert.equal((await post('/auth/device/code', '')).status, 200, 'a body is not needed')
  assertOAuthError(await post('/auth/device/code', { scope: 'github nowhere' }), 'invalid_scope')
  assertOAuthError(await post('/auth/device/code', 'client_id=a&client_id=b'), 'invalid_request')
})

test('pending, approved, and the key is given once', async () => {
  const { person, visitor } = await newcomer()
  const { device_code, user_code } = await begin({ client_id: 'test', client_name: 'Tester', machine: 'box' })
  assertOAuthError(await poll(device_code), 'authorization_pending')
  const page = await visitor.get(`/device?user_code=${user_code}`)
  for (const shown of ['Tester', 'box', '127.0.0.1', user_code, person.email])
    assert.ok(page.text.includes(shown), shown)
  assert.equal(await decide(visitor, user_code, 'approve'), 303)
  const answer = await poll(device_code)
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  assert.deepEqual([answer.body.token_type, answer.body.user.email], ['bearer', person.email])
  const whoami = await serving.request('GET', '/v1/whoami', answer.body.access_token)
  assert.deepEqual([whoami.body.email, whoami.body.key.name], [person.email, 'Tester on box'])
  assertOAuthError(await poll(device_code), 'invalid_grant')
  assert.equal(await decide(visitor, user_code, 'approve'), 404)
})

test('of many polls after the approval, one gets the key', async () => {
  const { visitor } = await newcomer()
  const { device_code, user_code } = await begin()
  await decide(visitor, user_code, 'approve')
  const answers = await Promise.all(Array.from({ length: 10 }, () => poll(device_code)))
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  for (const answer of answers.filter(({ status }) => status !== 200))
    assertOAuthError(answer, 'invalid_grant')
})

test('a client that polls too fast is slowed down, each time by five seconds', async () => {
  const { device_code } = await begin()
  assertOAuthError(await poll(device_code), 'authorization_pending')
  assertOAuthError(await poll(device_code), 'slow_down')
  assertOAuthError(await poll(device_code), 'slow_down')
  const [row] = await serving.sql`select interval_seconds from device_codes order by created_at desc limit 1`
  assert.equal(row!['interval_seconds'], 15)
  await letPollAgain()
  assertOAuthError(await poll(device_code), 'authorization_pending')
})

test('denied, expired, unknown, malformed, another client, another grant: each has its error', async () => {
  const { visitor } = await newcomer()
  const denied = await begin()
  assert.equal(await decide(visitor, denied.user_code, 'deny'), 303)
  assertOAuthError(await poll(denied.device_code), 'access_denied')
  const late = await begin()
  await serving.sql`update device_codes set expires_at = now() where status = 'pending'`
  assertOAuthError(await poll(late.device_code), 'expired_token')
  assert.equal(await decide(visitor, late.user_code, 'approve'), 404)
  assertOAuthError(await poll('0'.repeat(40)), 'invalid_grant')
  assertOAuthError(await poll('x'), 'invalid_grant')
  const other = await begin()
  await decide(visitor, other.user_code, 'approve')
  assertOAuthError(await poll(other.device_code, { client_id: 'somebody else' }), 'invalid_grant')
  assertOAuthError(
    await poll(other.device_code, { grant_type: 'password', client_id: 'test' }),
    'unsupported_grant_type',
  )
  assertOAuthError(await post('/auth/device/token', { device_code: other.device_code }), 'invalid_request')
  assertOAuthError(await post('/auth/device/token', { grant_type: grant }), 'invalid_request')
  assertOAuthError(
    await post('/auth/device/token', '{', { 'content-type': 'application/json' }),
    'invalid_request',
  )
  assert.equal((await poll(other.device_code)).status, 200)
})

test('JSON is taken as well as forms', async () => {
  const json = { 'content-type': 'application/json' }
  const started = await post('/auth/device/code', '{}', json)
  assert.equal(started.status, 200)
  const body = JSON.stringify({ device_code: started.body.device_code })
  assertOAuthError(await post('/auth/device/token', body, json), 'authorization_pending')
  const { visitor } = await newcomer()
  const answer = await authorize(visitor, { user_code: started.body.user_code })
  assert.deepEqual([answer.status, answer.body], [200, { status: 'authorized' }])
  assert.match((await post('/auth/device/token', body, json)).body.access_token, /^sk_/)
})

test('approving by JSON needs a session, our origin and JSON', async () => {
  const { visitor } = await newcomer()
  const { user_code, device_code } = await begin()
  const body = { user_code }
  assert.equal((await authorize(newVisitor(serving.url), body)).status, 401)
  assert.equal((await authorize(visitor, body, { 'sec-fetch-site': 'cross-site' })).status, 403)
  assert.equal((await authorize(visitor, body, { 'content-type': 'text/plain' })).status, 403)
  assert.equal((await authorize(visitor, { user_code: 'BCDF-GHJK' })).status, 400)
  assert.equal((await authorize(visitor, { ...body, extra: 1 })).status, 400)
  assertOAuthError(await poll(device_code), 'authorization_pending')
  assert.deepEqual((await authorize(visitor, { ...body, decision: 'deny' })).body, { status: 'denied' })
  assertOAuthError(await poll(device_code), 'access_denied')
})

test('opening the complete link decides nothing, and whoever is not signed in signs in first', async () => {
  const { visitor } = await newcomer()
  const { user_code, device_code } = await begin()
  for (let i = 0; i < 3; i += 1)
    assert.equal((await visitor.get(`/device?user_code=${user_code}`)).status, 200)
  assertOAuthError(await poll(device_code), 'authorization_pending')
  const stranger = await newVisitor(serving.url).get(`/device?user_code=${user_code}`)
  const to = encodeURIComponent(`/device?user_code=${user_code}`)
  assert.deepEqual([stranger.status, stranger.headers.get('location')], [303, `/sign-in?return_to=${to}`])
  assert.doesNotMatch(stranger.text, /test/)
})

test('a decision needs a form of this session: no other site, no GET, no borrowed token', async () => {
  const { visitor } = await newcomer()
  const other = await newcomer()
  const { user_code, device_code } = await begin()
  const token = readFormToken((await visitor.get('/device')).text)
  const fields = { user_code, decision: 'approve', form_token: token }
  const cross = { 'sec-fetch-site': 'cross-site' }
  assert.equal((await visitor.post('/device/decision', fields, cross)).status, 403)
  assert.equal((await visitor.post('/device/decision', { ...fields, form_token: '' })).status, 403)
  assert.equal((await other.visitor.post('/device/decision', fields)).status, 403)
  assert.equal((await visitor.get(`/device/decision?${new URLSearchParams(fields)}`)).status, 404)
  assert.equal((await newVisitor(serving.url).post('/device/decision', fields)).status, 303)
  assertOAuthError(await poll(device_code), 'authorization_pending')
})

test('the sixth wrong code of a session is refused, a right one does not count', async () => {
  await serving.sql`delete from attempts`
  const { visitor } = await newcomer()
  const { user_code } = await begin()
  for (let i = 0; i < 8; i += 1)
    assert.equal((await visitor.get(`/device?user_code=${user_code}`)).status, 200)
  const wrong = ['BBBB-BBBB', 'short', 'AEIO-UAEI', '%27', 'BBBB-BBBC']
  for (const code of wrong) assert.equal((await visitor.get(`/device?user_code=${code}`)).status, 404, code)
  assert.equal((await visitor.get('/device?user_code=BBBB-BBBD')).status, 429)
  assert.equal((await visitor.get(`/device?user_code=${user_code}`)).status, 429)
  const again = await newcomer()
  assert.equal((await again.visitor.get(`/device?user_code=${user_code}`)).status, 200)
  assert.equal((await authorize(visitor, { user_code })).status, 429)
})

test('wrong codes are counted for the address and for everybody', async () => {
  for (const [subject, most] of [
    ['code address 127.0.0.1', 30],
    ['code everybody', 900],
  ] as const) {
    await serving.sql`delete from attempts`
    await serving.sql`
      insert into attempts (subject, count, ends_at) values (${subject}, ${most - 1}, now() + interval '1 minute')`
    const { visitor } = await newcomer()
    assert.equal((await visitor.get('/device?user_code=BBBB-BBBB')).status, 404)
    assert.equal((await visitor.get('/device?user_code=BBBB-BBBC')).status, 429, subject)
  }
  await serving.sql`delete from attempts`
})

test('beginning sign-ins is limited for an address', async () => {
  await serving.sql`
    insert into attempts (subject, count, ends_at) values ('device address 127.0.0.1', 60, now() + interval '1 minute')`
  const answer = await post('/auth/device/code', {}, { 'x-forwarded-for': '203.0.113.9' })
  assertOAuthError(answer, 'slow_down', 429)
  assert.match(answer.headers.get('retry-after')!, /^\d+$/)
  await serving.sql`delete from attempts`
})

test('the key may do what was asked and approved, and no more', async () => {
  const { visitor } = await newcomer()
  const { device_code, user_code } = await begin({ client_id: 'test', scope: 'github' })
  assert.match((await visitor.get(`/device?user_code=${user_code}`)).text, /act in github, where/)
  await decide(visitor, user_code, 'approve', { read_only: 'on' })
  const { body } = await poll(device_code)
  assert.deepEqual([body.scope, body.api_key.scopes, body.api_key.read_only], ['github', ['github'], true])
  assert.equal((await serving.call(body.access_token, 'acme get_thing')).body.error, 'scope_not_allowed')
})

test('where the plan has no room, one key takes the place of another that the person names', async () => {
  const { person, visitor } = await newcomer('free')
  const other = await newcomer('free')
  const { device_code, user_code } = await begin()
  assert.match((await visitor.get(`/device?user_code=${user_code}`)).text, /Takes the place of/)
  assert.equal(await decide(visitor, user_code, 'approve'), 400)
  assert.equal(await decide(visitor, user_code, 'approve', { replaces: other.person.keyId }), 400)
  assertOAuthError(await poll(device_code), 'authorization_pending')
  assert.equal((await authorize(visitor, { user_code })).body.error, 'plan_limit_reached')
  assert.equal(await decide(visitor, user_code, 'approve', { replaces: person.keyId }), 303)
  assert.equal(
    (await serving.request('GET', '/v1/whoami', person.key)).status,
    200,
    'until the new one is there',
  )
  const { body } = await poll(device_code)
  assert.equal((await serving.request('GET', '/v1/whoami', body.access_token)).status, 200)
  assert.equal((await serving.request('GET', '/v1/whoami', person.key)).body.error, 'api_key_revoked')
  assert.equal((await serving.request('GET', '/v1/whoami', other.person.key)).status, 200)
})

test('what a client says of itself is text and nothing else', async () => {
  const { visitor } = await newcomer()
  const { user_code } = await begin({
    client_name: '<script>alert(1)</script>\u202e\u0007x'.padEnd(500, 'y'),
    machine: '"><img src=x>\u0000',
  })
  const { text } = await visitor.get(`/device?user_code=${user_code}`)
  assert.doesNotMatch(text, /<script|<img|[\u202e\u0007\u0000]|y{100}/)
  assert.match(text, /&lt;script&gt;/)
})

test('revocation ends a key, answers the same for what never was one, and asks for a token', async () => {
  const person = await serving.person()
  const answers = []
  for (const token of [person.key, person.key, 'sk_nothing', `sk_${'a'.repeat(38)}`])
    answers.push(await post('/auth/revoke', { token, token_type_hint: 'access_token' }))
  for (const { status, body } of answers) assert.deepEqual([status, body], [200, {}])
  assert.equal((await serving.request('GET', '/v1/whoami', person.key)).body.error, 'api_key_revoked')
  assertOAuthError(await post('/auth/revoke', {}), 'invalid_request')
})
