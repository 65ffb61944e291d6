/** Connecting to a strict authorization server that others wrote, and living with tokens that last five seconds. */
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { readConfig } from '../../server/config.ts'
import { serve, type Running } from '../../server/serve.ts'
import { freePort } from '../support/free-port.ts'
import { ask, makeOAuthGround, type OAuthGround, type Person } from '../support/oauth-ground.ts'
import { startOidc, type OidcServer } from '../support/oidc.ts'
import { poll } from '../support/poll.ts'
import { startProvider, type Provider } from '../support/provider.ts'

const declared = 'https://oidc.example.com'
const lifeSeconds = 5

let provider: Provider
let oidc: OidcServer
let ground: OAuthGround
let gateway: Running
let ada: Person
let connection: string

before(async () => {
  const port = await freePort()
  oidc = await startOidc(`http://127.0.0.1:${port}/connect/strict/callback`, lifeSeconds)
  provider = await startProvider()
  ground = await makeOAuthGround(provider)
  const folder = join(ground.home, 'services', 'strict')
  await mkdir(join(folder, 'endpoints', 'users'), { recursive: true })
  await writeFile(
    join(folder, 'SKILL.md'),
    `---
skillett: 1
name: strict
title: Strict
description: A service for tests.
version: 1.0.0
base_url: ${declared}
allowed_hosts: [oidc.example.com]
auth:
  type: oauth2
  issuer: ${oidc.issuer}
  authorization_url: ${declared}/auth
  token_url: ${declared}/token
  revocation_url: ${declared}/token/revocation
  client_auth: basic
  authorization_params: {prompt: consent}
  scopes: {openid: Who you are, offline_access: While you are away}
  default_scopes: [openid, offline_access]
  refresh: {rotation: strict}
verify: {endpoint: users/get_me, identity: login}
---
# Strict
`,
  )
  await writeFile(
    join(folder, 'endpoints', 'users', 'get_me.md'),
    `---
skillett: 1
name: get_me
title: Get the user
description: Tells who it is.
method: GET
path: /api/get_me
annotations: {read_only: true, destructive: false, idempotent: true, open_world: true}
---
Nothing else.
`,
  )
  const env = {
    ...ground.env,
    SKILLETT_SKILLS: join(ground.home, 'services'),
    SKILLETT_ORIGIN_MAP: JSON.stringify({ strict: { [declared]: oidc.issuer } }),
    SKILLETT_OAUTH_STRICT_CLIENT_ID: oidc.clientId,
    SKILLETT_OAUTH_STRICT_CLIENT_SECRET: oidc.clientSecret,
  }
  gateway = await serve(readConfig({ port: String(port) }, env))
  ada = await ground.makePerson()
})
after(async () => {
  await gateway?.stop()
  await oidc.stop()
  await provider.stop()
  await ground.close()
})

/** A browser that follows redirects and keeps the server's cookies, until it is sent back to the gateway. */
async function browse(start: string): Promise<string> {
  const cookies = new Map<string, string>()
  let url = start
  for (let hops = 0; hops < 15; hops += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(url, { redirect: 'manual', headers: { cookie } })
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      cookies.set(name!, value!)
    }
    const location = answer.headers.get('location')
    if (location === null) throw new Error(`${answer.status} ${(await answer.text()).slice(0, 500)}`)
    url = new URL(location, url).href
    if (url.startsWith(gateway.url)) return url
  }
  throw new Error('no end of redirects')
}

const call = () => ask(gateway.url, '/v1/strict/get_me', { key: ada.key, body: {} })

test('a person is connected; the answer names its issuer, which is compared', async () => {
  const begun = await ask(gateway.url, '/v1/connect', { key: ada.key, body: { integration: 'strict' } })
  const page = await ask(gateway.url, begun.body.oauth_url, { cookie: ada.cookie })
  const callback = await browse(page.headers.get('location')!)
  assert.equal(new URL(callback).searchParams.get('iss'), oidc.issuer)
  const done = await ask(gateway.url, callback, { cookie: ada.cookie })
  assert.equal(done.status, 200, done.text)
  const state = await ask(gateway.url, `/v1/connect/${begun.body.connection_id}`, { key: ada.key })
  assert.equal(state.body.account, 'ada')
  connection = state.body.connection_id
})

test('tokens that last five seconds are renewed each time they are dead, by one request for many calls', async (t) => {
  for (let round = 1; round <= 2; round += 1) {
    await poll(async () => {
      const [row] = await ground.sql`
        select expires_at < now() - interval '300 milliseconds' as dead from credentials where connection_id = ${connection}`
      return row!['dead']
    })
    const answers = await Promise.all(Array.from({ length: 40 }, () => call()))
    assert.ok(answers.every(({ status }) => status === 200))
    assert.equal(oidc.refreshes, round)
  }
  t.diagnostic(`oidc-provider, tokens of ${lifeSeconds} s: 80 calls, ${oidc.refreshes} renewals`)
})

test('a refresh token that was used behind our back ends the grant, and that is said once and for all', async () => {
  const { refresh_token: stolen } = await ground.readTokens(ada, connection)
  const use = () =>
    fetch(`${oidc.issuer}/token`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${oidc.clientId}:${oidc.clientSecret}`).toString('base64')}`,
      },
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: stolen! }),
    })
  assert.equal((await use()).status, 200)
  const ended = async () => {
    const [row] = await ground.sql`select ended from credentials where connection_id = ${connection}`
    return row!['ended'] as string | null
  }
  // A token that the provider calls dead a moment before its time is not renewed so soon after the last renewal.
  await poll(async () => (await call()).status !== 200 && (await ended()) !== null)
  assert.equal(await ended(), 'invalid_grant')
  const refused = await call()
  assert.equal(refused.body.error, 'token_expired')
})
