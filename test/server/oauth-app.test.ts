/** OAuth apps: stored by the operator without ever being shown, and never a connection's fault. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { makeVault } from '../../server/credentials/vault.ts'
import { readConfig } from '../../server/config.ts'
import { listOAuthApps, setOAuthApp } from '../../server/oauth/operator.ts'
import { openStore, type Store } from '../../server/open.ts'
import { serve, type Running } from '../../server/serve.ts'
import { buildBundle } from '../support/bundle.ts'
import { runCli } from '../support/cli.ts'
import { ask, makeOAuthGround, type OAuthGround } from '../support/oauth-ground.ts'
import { startProvider, type Provider } from '../support/provider.ts'

let provider: Provider
let ground: OAuthGround
let gateway: Running
let store: Store

before(async () => {
  await buildBundle()
  provider = await startProvider()
  ground = await makeOAuthGround(provider)
  const env = Object.fromEntries(Object.entries(ground.env).filter(([name]) => !/OAUTH/.test(name)))
  const config = readConfig({ port: '0' }, env)
  store = await openStore(config, 1)
  gateway = await serve(config)
})
after(async () => {
  await gateway?.stop()
  await store?.close()
  await provider.stop()
  await ground.close()
})

test('without an OAuth app nobody is sent anywhere, and the operator is told what to do', async () => {
  const ada = await ground.makePerson()
  const { status, body } = await ask(gateway.url, '/v1/connect', {
    key: ada.key,
    body: { integration: 'fake' },
  })
  assert.equal(status, 503)
  assert.equal(body.error, 'integration_misconfigured')
  assert.match(body.next[0].command, /admin oauth-app set --integration fake/)
})

test('an app is stored sealed and listed without its secret', async () => {
  const secret = 'a-secret-that-nobody-sees'
  const said = await setOAuthApp(store, 'other', 'client', () => `${secret}\n`)
  const listed = await listOAuthApps(store)
  assert.deepEqual(
    listed.oauth_apps.map(({ integration, client_id }) => [integration, client_id]),
    [['other', 'client']],
  )
  const rows = await ground.sql`select * from oauth_apps`
  const everything = JSON.stringify([said, listed, rows]) + rows.map((row) => String(row['sealed'])).join()
  assert.ok(!everything.includes(secret))
  const [row] = rows
  const sealed = {
    keyId: row!['key_id'],
    wrappedKey: row!['wrapped_key'],
    sealed: row!['sealed'],
    version: 1,
  }
  const vault = makeVault(store.ring)
  const place = { profileId: '', table: 'oauth_apps' as const }
  assert.ok(vault.open({ ...place, connectionId: 'other' }, sealed))
  assert.throws(() => vault.open({ ...place, connectionId: 'fake' }, sealed))
})

test('the operator stores an app from the command line, its secret on stdin', async () => {
  const env = {
    ...ground.env,
    SKILLETT_OAUTH_FAKE_CLIENT_ID: undefined,
    SKILLETT_OAUTH_FAKE_CLIENT_SECRET: undefined,
  }
  const secret = 'told-on-stdin-only'
  const args = ['admin', 'oauth-app', 'set', '--integration', 'third', '--client-id', 'c3']
  const set = await runCli({ args, env, stdin: `${secret}\n` })
  assert.equal(set.exit, 0, set.stderr)
  const list = await runCli({ args: ['admin', 'oauth-app', 'list'], env })
  assert.equal(JSON.parse(list.stdout).oauth_apps.at(-1).client_id, 'c3')
  assert.ok(![set, list].some(({ stdout, stderr }) => (stdout + stderr).includes(secret)))
  const wrong = await runCli({
    args: ['admin', 'oauth-app', 'set', '--integration', 'A b', '--client-id', 'c'],
    env,
  })
  assert.equal(wrong.exit, 2)
})

test('five hundred connections with a wrong client secret: none is marked, all work once it is right', async (t) => {
  await setOAuthApp(store, 'fake', provider.clientId, () => 'wrong')
  const ada = await ground.makePerson()
  const accounts = Array.from({ length: 500 }, (_, i) => `account-${i}`)
  for (const account of accounts) await ground.connect(ada, account, provider.makeGrant())
  provider.killAccessTokens()
  provider.tokenRequests = 0
  const callAll = () =>
    Promise.all(
      accounts.map((connection) =>
        ask(gateway.url, '/v1/fake/get_me', { key: ada.key, body: { connection } }),
      ),
    )
  const refused = await callAll()
  assert.ok(refused.every(({ body }) => body.error === 'integration_misconfigured'))
  const asked = provider.tokenRequests
  const marked = await ground.sql`
    select from connections c join credentials r on r.connection_id = c.id
    where c.status <> 'active' or r.ended is not null`
  assert.equal(marked.length, 0)
  await setOAuthApp(store, 'fake', provider.clientId, () => provider.clientSecret)
  const answers = await callAll()
  assert.equal(answers.filter(({ status }) => status === 200).length, 500)
  t.diagnostic(
    `500 connections, wrong client secret: ${marked.length} marked, ${asked} token requests; 500 work after the mend`,
  )
})
