/** The broker with OAuth: the link that it gives out when there is no token, and what it never gives out. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { readConfig } from '../../server/config.ts'
import { serve, type Running } from '../../server/serve.ts'
import { buildBundle } from '../support/bundle.ts'
import { runCli } from '../support/cli.ts'
import { ask, makeOAuthGround, type OAuthGround, type Person } from '../support/oauth-ground.ts'
import { startProvider, type Provider } from '../support/provider.ts'

let provider: Provider
let ground: OAuthGround
let gateway: Running
let ada: Person

before(async () => {
  await buildBundle()
  provider = await startProvider()
  ground = await makeOAuthGround(provider)
  gateway = await serve(ground.config)
})
after(async () => {
  await gateway?.stop()
  await provider?.stop()
  await ground?.close()
})
beforeEach(async () => {
  ada = await ground.makePerson()
  await ground.sql`update api_keys set tokens = true`
})

const token = (person: Person, body: object = { services: ['fake'] }) =>
  ask(gateway.url, '/v1/token', { key: person.key, body })

async function follow(person: Person, link: string) {
  return ask(gateway.url, link, { cookie: person.cookie })
}

/** From the link to the end. */
async function connect(person: Person, link: string) {
  const page = await follow(person, link)
  assert.equal(page.status, 303, page.text)
  const back = await ask(gateway.url, page.headers.get('location')!)
  const done = await follow(person, back.headers.get('location')!)
  assert.equal(done.status, 200, done.text)
}

test('without a connection there is a link for a minute, which leads its owner to a token', async () => {
  const refused = await token(ada)
  assert.deepEqual([refused.status, refused.body.error], [403, 'integration_not_connected'], refused.text)
  const link: string = refused.body.action_url
  const [row] = await ground.sql`
    select extract(epoch from opens_until - created_at)::int as seconds from authorizations
    where id = ${new URL(link).searchParams.get('link')}`
  assert.equal(row!['seconds'], 60)
  await connect(ada, link)
  const { body } = await token(ada)
  assert.equal(body.status, 'active')
  assert.ok(provider.isLive(body.token))
  assert.notEqual((await follow(ada, link)).status, 303, 'the link connects once')
})

test('the link of one person leads nobody else anywhere, and after its minute nobody at all', async () => {
  const eve = await ground.makePerson()
  const link: string = (await token(ada)).body.action_url
  assert.equal((await follow(eve, link)).status, 403)
  await ground.sql`update authorizations set opens_until = now() - interval '1 second'`
  assert.notEqual((await follow(ada, link)).status, 303)
})

test('an identifier gets a link of its own, and a token that is only its own', async () => {
  const asked = { services: ['fake'], identifier: 'customer-1' }
  await connect(ada, (await token(ada, asked)).body.action_url)
  assert.equal((await token(ada, asked)).body.identifier, 'customer-1')
  assert.equal((await token(ada)).body.error, 'integration_not_connected')
  assert.equal((await token(ada, { services: ['fake'], identifier: 'customer-2' })).status, 403)
})

test('the refresh token stays here, before and after a renewal', async () => {
  const id = await ground.connect(ada, 'ada', provider.makeGrant())
  await ground.sql`update credentials set expires_at = now() + interval '20 seconds' where connection_id = ${id}`
  const before = await ground.readTokens(ada, id)
  const answers = await Promise.all([token(ada), token(ada), token(ada)])
  const stored = await ground.readTokens(ada, id)
  assert.notEqual(stored['access_token'], before['access_token'])
  for (const { body, text } of answers) {
    assert.equal(body.token, stored['access_token'])
    assert.ok(!text.includes(stored['refresh_token']!) && !text.includes(before['refresh_token']!))
  }
})

test('a grant that was withdrawn is told as expired, with a link that mends it', async () => {
  const grant = provider.makeGrant()
  const id = await ground.connect(ada, 'ada', grant)
  await ground.sql`update credentials set expires_at = now() - interval '1 second' where connection_id = ${id}`
  provider.behaviour.instead.push({ status: 400, body: '{"error":"invalid_grant"}' })
  const refused = await token(ada)
  assert.deepEqual([refused.status, refused.body.error], [401, 'token_expired'], refused.text)
  assert.match(refused.body.fields[0].message, /no longer works/)
  await connect(ada, refused.body.action_url)
  assert.equal((await token(ada)).body.status, 'active')
})

test('the operator makes a key that is given tokens, and never one that is read-only as well', async () => {
  const [{ email }] = (await ground.sql`select email from profiles where id = ${ada.profileId}`) as any
  const args = ['admin', 'create-key', '--email', email, '--name', 'sync', '--tokens']
  const made = await runCli({ args, env: ground.env })
  assert.equal(made.exit, 0, made.stderr)
  const { api_key: described, full_key: key } = JSON.parse(made.stdout)
  assert.equal(described.tokens, true)
  await ground.connect(ada, 'ada', provider.makeGrant())
  assert.equal((await token({ ...ada, key })).status, 200)
  const refused = await runCli({ args: [...args, '--read-only'], env: ground.env })
  assert.equal(refused.exit, 2)
})

test('secrets are sealed anew by the operator while the gateway answers', async () => {
  const id = await ground.connect(ada, 'ada', provider.makeGrant())
  const ring = ground.env['SKILLETT_SECRET_KEYS']!
  const env = { ...ground.env, SKILLETT_SECRET_KEYS: `k2:${Buffer.alloc(32, 5).toString('base64')},${ring}` }
  const second = await serve(readConfig({ port: '0' }, env))
  try {
    const { stdout, stderr } = await runCli({ args: ['admin', 'rotate-secrets'], env })
    assert.equal(JSON.parse(stdout).key, 'k2', stderr)
    assert.deepEqual(JSON.parse(stdout).removable, ['k1'])
    const [row] = await ground.sql`select key_id from credentials where connection_id = ${id}`
    assert.equal(row!['key_id'], 'k2')
    const answer = await ask(second.url, '/v1/token', { key: ada.key, body: { services: ['fake'] } })
    assert.equal(answer.status, 200, answer.text)
  } finally {
    await second.stop()
  }
})
