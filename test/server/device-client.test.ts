/**
 * A device client that others wrote, openid-client, signs in at the shipped gateway in a process of its own. It knows
 * the issuer and nothing else.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as client from 'openid-client'
import { buildBundle } from '../support/bundle.ts'
import { runCli } from '../support/cli.ts'
import { startGateway, type GatewayProcess } from '../support/gateway.ts'
import { makeHome, removeHome } from '../support/home.ts'
import { createDatabase, type TestDatabase } from '../support/pg.ts'
import { ringText } from '../support/serving.ts'
import { newVisitor, type Visitor } from '../support/visitor.ts'

let home: string
let database: TestDatabase
let gateway: GatewayProcess
let visitor: Visitor
let config: client.Configuration

before(async () => {
  await buildBundle()
  home = await makeHome('device')
  database = await createDatabase()
  const env = { DATABASE_URL: database.url, SKILLETT_SECRET_KEYS: ringText, SKILLETT_HOME: home }
  gateway = await startGateway(home, env)
  const made = await runCli({ args: ['admin', 'create-user', '--email', 'ada@example.com'], env })
  assert.equal(made.exit, 0, made.stderr)
  const user = JSON.parse(made.stdout) as { sign_in_url: string }
  assert.ok(user.sign_in_url.startsWith(`${gateway.url}/sign-in/link/`), user.sign_in_url)
  visitor = newVisitor(gateway.url)
  const signedIn = await visitor.post(new URL(user.sign_in_url).pathname, {})
  assert.equal(signedIn.status, 303)
  config = await client.discovery(new URL(gateway.url), 'a-standard-client', undefined, client.None(), {
    algorithm: 'oauth2',
    execute: [client.allowInsecureRequests],
  })
})

after(async () => {
  await gateway.stop()
  await database.drop()
  await removeHome(home)
})

async function decide(userCode: string, decision: string): Promise<void> {
  const fields = { user_code: userCode, decision }
  const answer = await visitor.submit(`/device?user_code=${userCode}`, '/device/decision', fields)
  assert.equal(answer.status, 303, answer.text)
}

test('it signs in, uses the key and gives it back', async () => {
  const started = await client.initiateDeviceAuthorization(config, {})
  assert.equal(started.expires_in, 900)
  const polling = client.pollDeviceAuthorizationGrant(config, { ...started, interval: 1 })
  await decide(started.user_code, 'approve')
  const tokens = await polling
  const ask = () =>
    fetch(`${gateway.url}/v1/whoami`, { headers: { authorization: `Bearer ${tokens.access_token}` } })
  const whoami = (await (await ask()).json()) as { email: string; key: { name: string } }
  assert.deepEqual([whoami.email, whoami.key.name], ['ada@example.com', 'a-standard-client'])
  await client.tokenRevocation(config, tokens.access_token)
  assert.equal((await ask()).status, 401)
})

test('it is told when it was denied', async () => {
  const started = await client.initiateDeviceAuthorization(config, {})
  const polling = client.pollDeviceAuthorizationGrant(config, { ...started, interval: 1 })
  const refused = assert.rejects(
    polling,
    (error: client.ResponseBodyError) => error.error === 'access_denied',
  )
  await decide(started.user_code, 'deny')
  await refused
})

test('it goes on while nobody has decided, and obeys when told to slow down', async () => {
  const started = await client.initiateDeviceAuthorization(config, {})
  const abort = new AbortController()
  const polling = client.pollDeviceAuthorizationGrant(config, { ...started, interval: 1 }, undefined, {
    signal: abort.signal,
  })
  const aborted = assert.rejects(polling)
  const again = () =>
    fetch(`${gateway.url}/auth/device/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        client_id: 'a-standard-client',
        device_code: started.device_code,
      }),
    }).then((answer) => answer.json() as Promise<{ error: string }>)
  const errors = [(await again()).error, (await again()).error]
  assert.ok(errors.includes('slow_down'), errors.join())
  abort.abort()
  await aborted
})
