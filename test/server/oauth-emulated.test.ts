/** Connecting to services that others wrote to test against: GitHub as its skill says, Google and Linear by small ones. */
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { readConfig } from '../../server/config.ts'
import { serve, type Running } from '../../server/serve.ts'
import { packageRoot } from '../support/bundle.ts'
import { consent, startEmulator, type Emulator } from '../support/emulator.ts'
import { freePort } from '../support/free-port.ts'
import { ask, makeOAuthGround, type OAuthGround, type Person } from '../support/oauth-ground.ts'
import { startProvider, type Provider } from '../support/provider.ts'

const secret = 'the-secret-of-the-app'
const google = 'https://accounts.google.test'
const linear = 'https://linear.test'

const skills: Record<string, string> = {
  'google/SKILL.md': `---
skillett: 1
name: google
title: Google
description: Google's mail, for tests.
version: 1.0.0
base_url: ${google}
allowed_hosts: [accounts.google.test]
auth:
  type: oauth2
  authorization_url: ${google}/o/oauth2/v2/auth
  token_url: ${google}/oauth2/token
  revocation_url: ${google}/oauth2/revoke
  client_auth: post
  authorization_params: {access_type: offline, prompt: consent}
  scopes: {openid: Who you are, email: Your address}
  default_scopes: [openid, email]
  refresh: {rotation: none}
verify: {endpoint: users/get_me, identity: email}
---
# Google
`,
  'google/endpoints/users/get_me.md': `---
skillett: 1
name: get_me
title: Get the user
description: Tells who it is.
method: GET
path: /oauth2/v2/userinfo
annotations: {read_only: true, destructive: false, idempotent: true, open_world: true}
---
Nothing else.
`,
  'linear/SKILL.md': `---
skillett: 1
name: linear
title: Linear
description: Linear's issues, for tests.
version: 1.0.0
base_url: ${linear}
allowed_hosts: [linear.test]
auth:
  type: oauth2
  authorization_url: ${linear}/oauth/authorize
  token_url: ${linear}/oauth/token
  revocation_url: ${linear}/oauth/revoke
  client_auth: post
  scope_separator: ","
  scopes: {read: Read, write: Write}
  default_scopes: [read, write]
  refresh: {rotation: strict}
verify: {endpoint: users/get_me, identity: data.viewer.email}
---
# Linear
`,
  'linear/endpoints/users/get_me.md': `---
skillett: 1
name: get_me
title: Get the user
description: Tells who it is.
method: POST
path: /graphql
graphql: {query: "{viewer{email}}"}
annotations: {read_only: true, destructive: false, idempotent: true, open_world: true}
---
Nothing else.
`,
}

let provider: Provider
let ground: OAuthGround
let gateway: Running
let ada: Person
const emulators: Record<string, Emulator> = {}

before(async () => {
  const port = await freePort()
  const redirect = (name: string) => [`http://127.0.0.1:${port}/connect/${name}/callback`]
  const app = (name: string) => ({
    client_id: 'app',
    client_secret: secret,
    name: 'Skillett',
    redirect_uris: redirect(name),
  })
  emulators['github'] = await startEmulator('github', {
    github: { users: [{ login: 'octocat' }], oauth_apps: [app('github')] },
  })
  emulators['google'] = await startEmulator('google', {
    google: {
      users: [{ email: 'ada@example.com', name: 'Ada' }],
      oauth_clients: [app('google')],
    },
  })
  emulators['linear'] = await startEmulator('linear', {
    linear: {
      users: [{ email: 'ada@example.com', name: 'Ada' }],
      oauth_apps: [{ ...app('linear'), scopes: ['read', 'write'], actor: 'user' }],
    },
  })
  provider = await startProvider()
  ground = await makeOAuthGround(provider)
  for (const [path, text] of Object.entries(skills)) {
    const file = join(ground.home, 'services', path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
  const origin = (name: string): string => emulators[name]!.origin
  const env: Record<string, string> = {
    ...ground.env,
    SKILLETT_SKILLS: `${join(packageRoot, 'skills')}:${join(ground.home, 'services')}`,
    SKILLETT_ORIGIN_MAP: JSON.stringify({
      github: {
        'https://github.com': origin('github'),
        'https://api.github.com': origin('github'),
      },
      google: { [google]: origin('google') },
      linear: { [linear]: origin('linear') },
    }),
  }
  for (const name of ['GITHUB', 'GOOGLE', 'LINEAR']) {
    env[`SKILLETT_OAUTH_${name}_CLIENT_ID`] = 'app'
    env[`SKILLETT_OAUTH_${name}_CLIENT_SECRET`] = secret
  }
  gateway = await serve(readConfig({ port: String(port) }, env))
  ada = await ground.makePerson()
})
after(async () => {
  await gateway?.stop()
  await Promise.all(Object.values(emulators).map((emulator) => emulator.stop()))
  await provider.stop()
  await ground.close()
})

/** @returns the id of the connection */
async function connect(integration: string): Promise<string> {
  const body = {
    integration,
    ...(integration === 'github' ? { auth: 'oauth' } : {}),
  }
  const begun = await ask(gateway.url, '/v1/connect', { key: ada.key, body })
  assert.equal(begun.status, 200, begun.text)
  const page = await ask(gateway.url, begun.body.oauth_url, {
    cookie: ada.cookie,
  })
  const callback = await consent(
    page.headers.get('location')!,
    integration === 'github' ? 'octocat' : 'ada@example.com',
  )
  const done = await ask(gateway.url, callback, { cookie: ada.cookie })
  assert.equal(done.status, 200, done.text)
  return begun.body.connection_id
}

const call = (integration: string) =>
  ask(gateway.url, `/v1/${integration}/get_me`, { key: ada.key, body: {} })

const account = async (id: string): Promise<string> =>
  (await ask(gateway.url, `/v1/connect/${id}`, { key: ada.key })).body.account

test('GitHub: connected by its own skill, and a token that GitHub ended cannot be renewed', async () => {
  const id = await connect('github')
  assert.equal(await account(id), 'octocat')
  assert.equal((await call('github')).body.data.login, 'octocat')
  await emulators['github']!.forgetTokens()
  assert.equal((await call('github')).body.error, 'token_expired')
})

test('Google: a dead access token is renewed, the refresh token is kept', async () => {
  const id = await connect('google')
  assert.equal(await account(id), 'ada@example.com')
  const before = await ground.readTokens(ada, id)
  await emulators['google']!.forgetTokens()
  assert.equal((await call('google')).body.data.email, 'ada@example.com')
  const stored = await ground.readTokens(ada, id)
  assert.equal(stored['refresh_token'], before['refresh_token'])
  assert.notEqual(stored['access_token'], before['access_token'])
})

test('Linear: a dead access token is renewed and the refresh token rotates; removing the connection ends it there', async () => {
  const id = await connect('linear')
  const { origin } = emulators['linear']!
  const before = await ground.readTokens(ada, id)
  await endAtLinear(origin, before['access_token']!)
  assert.equal((await call('linear')).body.data.data.viewer.email, 'ada@example.com')
  const stored = await ground.readTokens(ada, id)
  assert.notEqual(stored['refresh_token'], before['refresh_token'])
  const removed = await ask(gateway.url, `/v1/connections/${id}`, {
    key: ada.key,
    method: 'DELETE',
  })
  assert.equal(removed.status, 204)
  assert.equal((await call('linear')).body.error, 'integration_not_connected')
})

async function endAtLinear(origin: string, token: string): Promise<void> {
  const body = new URLSearchParams({
    token,
    client_id: 'app',
    client_secret: secret,
  })
  await fetch(`${origin}/oauth/revoke`, { method: 'POST', body })
}
