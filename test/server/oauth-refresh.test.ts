/** Keeping connections alive: what is renewed, what is not, and what each answer of a token endpoint does. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { serve, type Running } from '../../server/serve.ts'
import { ask, makeOAuthGround, type OAuthGround, type Person } from '../support/oauth-ground.ts'
import { poll } from '../support/poll.ts'
import { startProvider, type Provider } from '../support/provider.ts'

let provider: Provider
let ground: OAuthGround
let gateway: Running
let ada: Person
let tokens: { access: string; refresh: string }
let connection: string

before(async () => {
  provider = await startProvider()
  ground = await makeOAuthGround(provider)
  gateway = await serve(ground.config)
})
after(async () => {
  await gateway?.stop()
  await provider.stop()
  await ground.close()
})
beforeEach(async () => {
  Object.assign(provider.behaviour, {
    rotation: 'strict',
    expiresIn: 3600,
    delayBeforeMs: 0,
    delayAfterMs: 0,
    hold: Promise.resolve(),
    instead: [],
    refreshTokenSaid: 'new',
    form: false,
    scope: undefined,
    refuseAll: false,
    revocationStatus: 200,
  })
  ada = await ground.makePerson()
  tokens = provider.makeGrant()
  connection = await ground.connect(ada, 'ada', tokens)
  provider.tokenRequests = 0
  provider.reuses = 0
  provider.revocations = []
})

const call = (endpoint = 'get_me') =>
  ask(gateway.url, `/v1/fake/${endpoint}`, { key: ada.key, body: { connection: 'ada' } })

async function row() {
  const [found] = await ground.sql`
    select r.*, c.status from credentials r join connections c on c.id = r.connection_id where c.id = ${connection}`
  return found!
}

/** The back-off is over. */
const waitNoMore = () =>
  ground.sql`update credentials set not_before = null where connection_id = ${connection}`

test('a refused token is renewed once and the call is replayed', async () => {
  provider.killAccessTokens()
  const before = provider.resourceRequests
  const answer = await call()
  assert.deepEqual(answer.body, { status: 200, data: { login: 'ada' } })
  assert.equal(provider.tokenRequests, 1)
  assert.equal(provider.resourceRequests - before, 2)
  const stored = await ground.readTokens(ada, connection)
  assert.ok(provider.isLive(stored['access_token']!))
  assert.notEqual(stored['refresh_token'], tokens.refresh)
  const calls = (await ask(gateway.url, '/v1/calls', { key: ada.key })).body.calls
  assert.deepEqual(calls.map(({ endpoint }: { endpoint: string }) => endpoint).sort(), [
    'get_me',
    'oauth:refresh',
  ])
})

test('a hundred calls with a dead token make one token request', async (t) => {
  provider.killAccessTokens()
  provider.behaviour.delayAfterMs = 200
  const answers = await Promise.all(Array.from({ length: 100 }, () => call()))
  assert.ok(answers.every(({ status }) => status === 200))
  assert.equal(provider.tokenRequests, 1)
  assert.equal(provider.reuses, 0)
  t.diagnostic(`100 calls: ${provider.tokenRequests} token request, ${answers.length} answers`)
})

test('a service that refuses every token is asked for one once, not for ever', async () => {
  provider.behaviour.refuseAll = true
  const answers = []
  for (let i = 0; i < 20; i += 1) answers.push(await call())
  assert.ok(answers.every(({ body }) => body.error === 'token_expired'))
  assert.equal(provider.tokenRequests, 1)
  assert.equal((await row())['status'], 'expired')
  provider.behaviour.refuseAll = false
  assert.equal((await call()).status, 200)
  assert.equal((await row())['status'], 'active')
})

test('a grant that is over ends the tries, and the person is asked to connect again', async () => {
  provider.killAccessTokens()
  provider.behaviour.instead = [{ status: 400, body: '{"error":"invalid_grant"}' }]
  for (let i = 0; i < 5; i += 1) {
    const { status, body } = await call()
    assert.equal(status, 401)
    assert.equal(body.error, 'token_expired')
    assert.ok(body.action_url.endsWith('/connect/fake'))
  }
  assert.equal(provider.tokenRequests, 1)
  assert.equal((await row())['ended'], 'invalid_grant')
  assert.equal((await row())['status'], 'expired')
})

const refusals = {
  'a form that says bad_refresh_token with status 200': {
    status: 200,
    body: 'error=bad_refresh_token&error_description=The+refresh+token+is+bad',
    type: 'application/x-www-form-urlencoded',
  },
  'ok: false with status 200': { status: 200, body: '{"ok":false,"error":"invalid_refresh_token"}' },
  'an error that is an object': { status: 400, body: '{"error":{"code":"invalid_grant"}}' },
  'text/plain': { status: 400, body: 'invalid_grant', type: 'text/plain' },
  'status 429 over invalid_grant': { status: 429, body: '{"error":"invalid_grant"}' },
}
for (const [name, instead] of Object.entries(refusals))
  test(`a refusal is understood as ${name}`, async () => {
    provider.killAccessTokens()
    provider.behaviour.instead = [instead]
    assert.equal((await call()).body.error, 'token_expired')
    assert.equal((await row())['ended'], 'invalid_grant')
  })

const transients = {
  'status 500': { status: 500, body: '{}' },
  'an HTML page of a proxy': { status: 502, body: '<html>Bad gateway</html>', type: 'text/html' },
  'status 429': { status: 429, body: '{"error":"slow_down"}' },
  'an empty body': { status: 200, body: '' },
  'status 200 without a token': { status: 200, body: '{"token_type":"bearer"}' },
  'an unknown error': { status: 400, body: '{"error":"temporarily_unavailable"}' },
  'a redirect': { status: 302, body: '', headers: { location: 'https://elsewhere.example.com/' } },
  '500 over invalid_grant': { status: 500, body: '{"error":"invalid_grant"}' },
}
for (const [name, instead] of Object.entries(transients))
  test(`a connection survives ${name}`, async () => {
    provider.killAccessTokens()
    provider.behaviour.instead = [instead]
    const { status, body } = await call()
    assert.equal(status, 502)
    assert.equal(body.error, 'upstream_unreachable')
    assert.ok(body.retry_after_ms > 0 && body.retry_after_ms <= 1000, String(body.retry_after_ms))
    assert.equal((await row())['status'], 'active')
    assert.equal((await call()).status, 502)
    assert.equal(provider.tokenRequests, 1, 'nothing is asked before its time')
    await waitNoMore()
    assert.equal((await call()).status, 200)
    assert.equal(provider.reuses, 0)
  })

test('the wait that a service asks for is kept, in seconds and as a date', async () => {
  provider.killAccessTokens()
  const date = new Date(Date.now() + 120_000).toUTCString()
  for (const value of ['120', date]) {
    await waitNoMore()
    provider.behaviour.instead = [{ status: 503, body: '', headers: { 'retry-after': value } }]
    const { body, headers } = await call()
    assert.ok(
      body.retry_after_ms > 110_000 && body.retry_after_ms <= 121_000,
      `${value}: ${body.retry_after_ms}`,
    )
    assert.ok(Number(headers.get('retry-after')) > 110)
  }
})

test('pauses grow from one second to sixty', async () => {
  provider.killAccessTokens()
  const waits: number[] = []
  for (let i = 0; i < 9; i += 1) {
    provider.behaviour.instead = [{ status: 503, body: '' }]
    waits.push((await call()).body.retry_after_ms)
    await waitNoMore()
  }
  assert.ok(
    waits[0]! <= 1000 && waits[3]! > waits[0]! && waits[8]! > 40_000 && waits[8]! <= 60_000,
    String(waits),
  )
})

for (const said of ['absent', 'null', 'empty', 'same'] as const)
  test(`a refresh token that the answer leaves out is kept: ${said}`, async () => {
    provider.behaviour.refreshTokenSaid = said
    for (let i = 0; i < 2; i += 1) {
      provider.killAccessTokens()
      await ground.sql`update credentials set refreshed_at = null where connection_id = ${connection}`
      assert.equal((await call()).status, 200)
    }
    assert.equal((await ground.readTokens(ada, connection))['refresh_token'], tokens.refresh)
    assert.equal(provider.tokenRequests, 2)
  })

test('an odd expires_in makes no storm', async () => {
  for (const expiresIn of [-1, 0, '3600', 1e18, 2147484, null, 'soon', {}]) {
    ada = await ground.makePerson()
    connection = await ground.connect(ada, 'ada', provider.makeGrant())
    provider.killAccessTokens()
    provider.behaviour.expiresIn = expiresIn
    provider.tokenRequests = 0
    assert.equal((await call()).status, 200)
    provider.killAccessTokens()
    for (let i = 0; i < 5; i += 1) await call()
    assert.equal(provider.tokenRequests, 1, JSON.stringify(expiresIn))
    const { expires_at: at } = await row()
    assert.ok(at === null || (at > new Date() && at.getTime() < Date.now() + 366 * 86_400_000))
  }
})

test('a token that lives for seconds is renewed as often as it dies', async () => {
  provider.behaviour.expiresIn = 1
  provider.killAccessTokens()
  assert.equal((await call()).status, 200)
  await poll(async () => (await row())['expires_at'] < new Date())
  provider.killAccessTokens()
  assert.equal((await call()).status, 200)
  assert.equal(provider.tokenRequests, 2)
})

test('a scope that is lost at a refresh keeps calls that need it from being sent', async () => {
  assert.equal((await call('change_me')).status, 200)
  provider.killAccessTokens()
  provider.behaviour.scope = 'read'
  assert.equal((await call()).status, 200)
  const before = provider.resourceRequests
  const refused = await call('change_me')
  assert.equal(refused.status, 403)
  assert.match(refused.body.message, /did not grant write/)
  assert.equal(provider.resourceRequests, before)
  assert.equal((await call()).status, 200)
})

test("a loser's refusal does not undo what the winner stored", async () => {
  provider.killAccessTokens()
  let letGo = (): void => {}
  provider.behaviour.hold = new Promise((resolve) => (letGo = resolve))
  provider.behaviour.instead = [{ status: 400, body: '{"error":"invalid_grant"}' }]
  const losing = call()
  await poll(async () => provider.tokenRequests === 1)
  const fresh = provider.makeGrant()
  await ground.connect(ada, 'ada', fresh)
  letGo()
  assert.equal((await losing).status, 200)
  assert.equal((await row())['status'], 'active')
  assert.equal((await row())['ended'], null)
  assert.equal((await ground.readTokens(ada, connection))['refresh_token'], fresh.refresh)
})

test('connections removed while their tokens are renewed stay removed, and the new grants are ended too', async (t) => {
  const accounts = Array.from({ length: 40 }, (_, i) => `removed-${i}`)
  const grants = accounts.map(() => provider.makeGrant())
  const ids: string[] = []
  for (const [i, account] of accounts.entries()) ids.push(await ground.connect(ada, account, grants[i]!))
  provider.killAccessTokens()
  let letGo = (): void => {}
  provider.behaviour.hold = new Promise((resolve) => (letGo = resolve))
  const under = accounts.map((account) =>
    ask(gateway.url, '/v1/fake/get_me', { key: ada.key, body: { connection: account } }),
  )
  await poll(async () => provider.tokenRequests === accounts.length)
  const removals = ids.map((id) =>
    ask(gateway.url, `/v1/connections/${id}`, { key: ada.key, method: 'DELETE' }),
  )
  assert.ok((await Promise.all(removals)).every(({ status }) => status === 204))
  letGo()
  assert.ok((await Promise.all(under)).every(({ status }) => status === 401))
  await poll(async () => (await ground.sql`select from revocations`).length === 0, 20_000)
  const left = await ground.sql`
    select from connections c full join credentials r on r.connection_id = c.id
    where c.id = any(${ids}) or r.connection_id = any(${ids})`
  assert.equal(left.length, 0)
  const ended = grants.filter(({ refresh }) => provider.revocations.includes(refresh))
  assert.equal(ended.length, accounts.length)
  // One for what was stored, one for what came too late.
  t.diagnostic(
    `${ids.length} removed in the middle of it: ${left.length} left, ${provider.revocations.length} revocations`,
  )
})

test('removing a connection ends the grant at the service, once, as soon as the service takes it', async () => {
  provider.behaviour.revocationStatus = 503
  provider.revocations = []
  const path = `/v1/connections/${connection}`
  assert.equal((await ask(gateway.url, path, { key: ada.key, method: 'DELETE' })).status, 204)
  assert.equal((await call()).body.error, 'integration_not_connected')
  await poll(async () => {
    // Taken, it is due again after 40 s; answered, after the one second that the service asked for.
    const [waiting] = await ground.sql`
      select tries, not_before < now() + interval '20 seconds' as answered
      from revocations where connection_id = ${connection}`
    return waiting?.['tries'] === 1 && waiting['answered'] === true
  })
  assert.ok(provider.isLive(tokens.access))
  provider.behaviour.revocationStatus = 200
  await ground.sql`update revocations set not_before = now()`
  // Another removal wakes the queue.
  const other = provider.makeGrant()
  const second = await ground.connect(ada, 'second', other)
  await ask(gateway.url, `/v1/connections/${second}`, { key: ada.key, method: 'DELETE' })
  await poll(async () => (await ground.sql`select from revocations`).length === 0)
  assert.deepEqual(provider.revocations.filter((text) => text === tokens.refresh).length, 1)
  assert.ok(!provider.isLive(tokens.access))
})

test('tokens that come too late are kept, and heal a grant that was taken for lost', async () => {
  provider.killAccessTokens()
  let letGo = (): void => {}
  provider.behaviour.hold = new Promise((resolve) => (letGo = resolve))
  const under = call()
  await poll(async () => provider.tokenRequests === 1)
  // As if another gateway had taken over and lost the grant.
  await ground.sql`
    update credentials set fence = fence + 1, ended = 'refresh_lost', lease_until = null, sent_at = null
    where connection_id = ${connection}`
  letGo()
  assert.equal((await under).status, 200)
  assert.equal((await row())['ended'], null)
  assert.equal(provider.tokenRequests, 1)
  assert.ok(provider.isLive((await ground.readTokens(ada, connection))['access_token']!))
  assert.equal((await ground.sql`select from token_candidates`).length, 0)
})

test('asking whether a connection works renews its token first', async () => {
  provider.killAccessTokens()
  const path = `/v1/connections/${connection}/verify`
  const { body } = await ask(gateway.url, path, { key: ada.key, body: {} })
  assert.equal(body.status, 'active')
  assert.equal(body.identity, 'ada')
  assert.equal(provider.tokenRequests, 1)
})

test('a token that came from a person and is refused is not renewed', async () => {
  ada = await ground.makePerson()
  connection = await ground.connect(ada, 'ada', { access: 'at_unknown' })
  assert.equal((await call()).body.error, 'token_expired')
  assert.equal(provider.tokenRequests, 0)
})

test('no lease is open and no transaction is idle after all that', async () => {
  const open = await ground.sql`select from credentials where lease_until is not null`
  assert.equal(open.length, 0)
  const idle = await ground.sql`
    select from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`
  assert.equal(idle.length, 0)
})
