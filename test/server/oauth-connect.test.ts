/** Connecting by OAuth: from the link to the stored connection, and everything that must not lead there. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { serve, type Running } from '../../server/serve.ts'
import { buildBundle } from '../support/bundle.ts'
import { runCli } from '../support/cli.ts'
import { ask, makeOAuthGround, type OAuthGround, type Person } from '../support/oauth-ground.ts'
import { startProvider, type Provider } from '../support/provider.ts'

let provider: Provider
let ground: OAuthGround
let gateway: Running
let ada: Person
let eve: Person
const fresh = {
  rotation: 'strict',
  iss: null,
  user: 'ada',
  form: false,
  scope: undefined,
  refuseAll: false,
  extra: {},
} as const

before(async () => {
  await buildBundle()
  provider = await startProvider()
  ground = await makeOAuthGround(provider, [`issuer: ${'https://issuer.example.com'}`])
  gateway = await serve(ground.config)
})
after(async () => {
  await gateway?.stop()
  await provider.stop()
  await ground.close()
})
beforeEach(async () => {
  Object.assign(provider.behaviour, fresh)
  ada = await ground.makePerson()
  eve = await ground.makePerson()
})

async function begin(person: Person, more: Record<string, unknown> = {}) {
  const answer = await ask(gateway.url, '/v1/connect', {
    key: person.key,
    body: { integration: 'fake', ...more },
  })
  assert.equal(answer.status, 200, answer.text)
  return answer.body as { oauth_url: string; connection_id: string; expires_at: string }
}

/** To the provider and, consent given, to the address of the callback. */
async function walk(person: Person, link: string): Promise<string> {
  const page = await ask(gateway.url, link, { cookie: person.cookie })
  assert.equal(page.status, 303, page.text)
  const back = await ask(gateway.url, page.headers.get('location')!)
  assert.equal(back.status, 302)
  return back.headers.get('location')!
}

async function state(person: Person, id: string) {
  return (await ask(gateway.url, `/v1/connect/${id}`, { key: person.key })).body
}

test('a person follows the link, agrees, and is connected as who the service says they are', async () => {
  const { oauth_url, connection_id, expires_at } = await begin(ada)
  assert.ok(oauth_url.startsWith(`${gateway.url}/connect/fake?link=`))
  assert.ok(Date.parse(expires_at) > Date.now())
  assert.deepEqual(await state(ada, connection_id), { status: 'pending', integration: 'fake' })
  const callback = await walk(ada, oauth_url)
  assert.equal(provider.asked.get('code_challenge_method'), 'S256')
  assert.equal(provider.asked.get('redirect_uri'), `${gateway.url}/connect/fake/callback`)
  assert.equal(provider.asked.get('scope'), 'read write')
  assert.ok(Buffer.from(provider.asked.get('state')!, 'base64url').length >= 32)
  const done = await ask(gateway.url, callback, { cookie: ada.cookie })
  assert.equal(done.status, 200, done.text)
  assert.match(done.text, /Fake is connected/)
  assert.equal(done.headers.get('cache-control'), 'no-store')
  assert.equal(done.headers.get('referrer-policy'), 'no-referrer')
  assert.deepEqual(await state(ada, connection_id), {
    status: 'connected',
    integration: 'fake',
    connection_id,
    account: 'ada',
  })
  const call = await ask(gateway.url, '/v1/fake/get_me', { key: ada.key, body: {} })
  assert.deepEqual(call.body, { status: 200, data: { login: 'ada' } })
  const calls = await ask(gateway.url, '/v1/calls', { key: ada.key })
  assert.ok(calls.body.calls.some(({ endpoint }: { endpoint: string }) => endpoint === 'oauth:code'))
})

test('who is not signed in is asked to sign in first, and comes back to the link', async () => {
  const { oauth_url } = await begin(ada)
  const page = await ask(gateway.url, oauth_url)
  assert.equal(page.status, 303)
  const to = new URL(page.headers.get('location')!, gateway.url)
  assert.equal(to.pathname, '/sign-in')
  assert.equal(new URL(to.searchParams.get('return_to')!, gateway.url).href, oauth_url)
})

test("another person's link leads nowhere", async () => {
  const { oauth_url } = await begin(ada)
  assert.equal((await ask(gateway.url, oauth_url, { cookie: eve.cookie })).status, 403)
})

test('what one person began another cannot finish, and no code is redeemed', async () => {
  const { oauth_url, connection_id } = await begin(ada)
  const callback = await walk(ada, oauth_url)
  const before = provider.tokenRequests
  assert.equal((await ask(gateway.url, callback, { cookie: eve.cookie })).status, 403)
  assert.equal((await ask(gateway.url, callback)).status, 403)
  assert.equal(provider.tokenRequests, before)
  assert.equal((await state(ada, connection_id)).status, 'pending')
  assert.equal((await ask(gateway.url, callback, { cookie: ada.cookie })).status, 200)
})

test('a state is used once', async () => {
  const { oauth_url } = await begin(ada)
  const callback = await walk(ada, oauth_url)
  const before = provider.tokenRequests
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => ask(gateway.url, callback, { cookie: ada.cookie })),
  )
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400, 400, 400, 400])
  assert.equal(provider.tokenRequests - before, 1)
})

test('a new opening of the link makes the state before it worthless', async () => {
  const { oauth_url } = await begin(ada)
  const first = await walk(ada, oauth_url)
  const second = await walk(ada, oauth_url)
  assert.equal((await ask(gateway.url, first, { cookie: ada.cookie })).status, 400)
  assert.equal((await ask(gateway.url, second, { cookie: ada.cookie })).status, 200)
})

test("a code of one integration is not taken at another's address", async () => {
  const { oauth_url } = await begin(ada)
  const callback = (await walk(ada, oauth_url)).replace('/connect/fake/', '/connect/other/')
  const before = provider.tokenRequests
  assert.equal((await ask(gateway.url, callback, { cookie: ada.cookie })).status, 400)
  assert.equal(provider.tokenRequests, before)
})

test('an answer that names another issuer is refused before the code is redeemed', async () => {
  provider.behaviour.iss = 'https://attacker.example.com'
  const { oauth_url, connection_id } = await begin(ada)
  const callback = await walk(ada, oauth_url)
  const before = provider.tokenRequests
  assert.equal((await ask(gateway.url, callback, { cookie: ada.cookie })).status, 400)
  assert.equal(provider.tokenRequests, before)
  assert.equal((await state(ada, connection_id)).error, 'wrong_answer')
  provider.behaviour.iss = 'https://issuer.example.com'
  const again = await begin(ada)
  assert.equal((await ask(gateway.url, await walk(ada, again.oauth_url), { cookie: ada.cookie })).status, 200)
})

test('a person who says no is told so, and so is the one who waits', async () => {
  const { oauth_url, connection_id } = await begin(ada)
  const callback = new URL(await walk(ada, oauth_url))
  callback.searchParams.delete('code')
  callback.searchParams.set('error', 'access_denied')
  assert.equal((await ask(gateway.url, callback.href, { cookie: ada.cookie })).status, 400)
  const after = await state(ada, connection_id)
  assert.equal(after.status, 'error')
  assert.equal(after.error, 'access_denied')
})

test('a link that was not opened in its life is expired', async () => {
  const { oauth_url, connection_id } = await begin(ada)
  await ground.sql`update authorizations set opens_until = now() - interval '1 second' where id = ${connection_id}`
  assert.equal((await ask(gateway.url, oauth_url, { cookie: ada.cookie })).status, 403)
  assert.equal((await state(ada, connection_id)).error, 'expired')
})

test('connecting again under a label refuses another account and keeps the one that is there', async () => {
  const first = await begin(ada, { account: 'work' })
  await ask(gateway.url, await walk(ada, first.oauth_url), { cookie: ada.cookie })
  const { connection_id } = await state(ada, first.connection_id)
  const stored = await ground.readTokens(ada, connection_id)
  provider.behaviour.user = 'mallory'
  const second = await begin(ada, { account: 'work' })
  assert.equal(
    (await ask(gateway.url, await walk(ada, second.oauth_url), { cookie: ada.cookie })).status,
    400,
  )
  assert.equal((await state(ada, second.connection_id)).error, 'other_account')
  assert.deepEqual(await ground.readTokens(ada, connection_id), stored)
  provider.behaviour.user = 'ada'
  const third = await begin(ada, { account: 'work' })
  await ask(gateway.url, await walk(ada, third.oauth_url), { cookie: ada.cookie })
  assert.equal((await state(ada, third.connection_id)).connection_id, connection_id)
  assert.notDeepEqual(await ground.readTokens(ada, connection_id), stored)
})

test('scopes that were asked for and not granted are told, and a call that needs one is not sent', async () => {
  provider.behaviour.scope = 'read'
  const { oauth_url, connection_id } = await begin(ada)
  const page = await ask(gateway.url, await walk(ada, oauth_url), { cookie: ada.cookie })
  assert.match(page.text, /Not granted, though asked for: write/)
  assert.deepEqual((await state(ada, connection_id)).missing_scopes, ['write'])
})

test('variables come from the token answer and from a call made after it', async () => {
  provider.behaviour.extra = { instance_url: 'https://ada.example.com/services' }
  const { oauth_url, connection_id } = await begin(ada, { integration: 'other' })
  const page = await ask(gateway.url, await walk(ada, oauth_url), { cookie: ada.cookie })
  assert.equal(page.status, 200, page.text)
  const [row] = await ground.sql`select variables from connections where id = ${connection_id}`
  assert.deepEqual(row!['variables'], { host: 'ada.example.com', team: 'ada' })
  assert.equal((await ask(gateway.url, '/v1/other/get_me', { key: ada.key, body: {} })).status, 200)
})

test('a token answer that names a foreign host leads to no connection, and the token goes nowhere', async () => {
  for (const instance_url of ['https://evil.test', 'https://example.com.evil.test', '10.0.0.1', '']) {
    provider.behaviour.extra = { instance_url }
    const { oauth_url, connection_id } = await begin(ada, { integration: 'other' })
    const before = provider.resourceRequests
    assert.equal((await ask(gateway.url, await walk(ada, oauth_url), { cookie: ada.cookie })).status, 400)
    assert.equal((await state(ada, connection_id)).status, 'error')
    assert.equal(provider.resourceRequests, before)
  }
})

test('a form-encoded token answer is read', async () => {
  provider.behaviour.form = true
  const { oauth_url } = await begin(ada)
  assert.equal((await ask(gateway.url, await walk(ada, oauth_url), { cookie: ada.cookie })).status, 200)
})

test("the plan's limit of connections is told before a person is asked", async () => {
  const poor = await ground.makePerson('free')
  for (const account of ['a', 'b', 'c']) await ground.connect(poor, account, { access: 'at_x' })
  const answer = await ask(gateway.url, '/v1/connect', {
    key: poor.key,
    body: { integration: 'fake', account: 'd' },
  })
  assert.equal(answer.body.error, 'plan_limit_reached')
})

test('no secret of a connection is in what a person or a key is told', async () => {
  const { oauth_url, connection_id } = await begin(ada)
  const callback = await walk(ada, oauth_url)
  const page = await ask(gateway.url, callback, { cookie: ada.cookie })
  const told = [page.text, JSON.stringify(await state(ada, connection_id))]
  told.push((await ask(gateway.url, '/v1/connections', { key: ada.key })).text)
  const { access_token, refresh_token } = await ground.readTokens(ada, connection_id)
  for (const text of told)
    for (const secret of [access_token!, refresh_token!, provider.clientSecret])
      assert.ok(!text.includes(secret))
})

test('the command line hands the link out, and waits for the person in a second step', async () => {
  const env = { SKILLETT_API_URL: gateway.url, SKILLETT_API_KEY: ada.key }
  const begun = await runCli({ args: ['connect', 'fake', '--no-wait'], env })
  assert.equal(begun.exit, 8, begun.stderr)
  const { status, oauth_url, connection_id, next } = JSON.parse(begun.stdout)
  assert.equal(status, 'pending')
  assert.equal(next[0].command, `skillett connect --resume ${connection_id}`)
  const waiting = runCli({ args: ['connect', '--resume', connection_id], env })
  await ask(gateway.url, await walk(ada, oauth_url), { cookie: ada.cookie })
  const done = await waiting
  assert.equal(done.exit, 0, done.stderr)
  assert.equal(JSON.parse(done.stdout).account, 'ada')
})

test('the command line ends with an error when the person said no', async () => {
  const env = { SKILLETT_API_URL: gateway.url, SKILLETT_API_KEY: ada.key }
  const { oauth_url, connection_id } = await begin(ada)
  const callback = new URL(await walk(ada, oauth_url))
  callback.searchParams.delete('code')
  callback.searchParams.set('error', 'access_denied')
  await ask(gateway.url, callback.href, { cookie: ada.cookie })
  const done = await runCli({ args: ['connect', '--resume', connection_id], env })
  assert.equal(done.exit, 8)
  assert.match(JSON.parse(done.stderr).error.message, /access_denied/)
})
