/** A database that is gone in the worst moment: after the service gave new tokens, before they are stored. */
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'node:test'
import { readConfig } from '../../server/config.ts'
import { serve } from '../../server/serve.ts'
import { ask, makeOAuthGround } from '../support/oauth-ground.ts'
import { poll } from '../support/poll.ts'
import { startProvider } from '../support/provider.ts'
import { makeWire } from '../support/tcp-proxy.ts'

test('tokens that were fetched while the database was gone are stored when it is back', async (t) => {
  const provider = await startProvider({ rotation: 'strict', delayAfterMs: 200 })
  const ground = await makeOAuthGround(provider, ['refresh: {rotation: strict}'])
  const wire = await makeWire(ground.env['DATABASE_URL']!)
  const gateway = await serve(readConfig({ port: '0' }, { ...ground.env, DATABASE_URL: wire.url }))
  t.after(async () => {
    wire.mend()
    await gateway.stop()
    await wire.close()
    await provider.stop()
    await ground.close()
  })
  const ada = await ground.makePerson()
  const id = await ground.connect(ada, 'ada', provider.makeGrant())
  provider.killAccessTokens()
  const rotated = new Promise<void>((resolve) => (provider.onRotation = resolve))
  const call = () => ask(gateway.url, '/v1/fake/get_me', { key: ada.key, body: {} })
  const under = call()
  await rotated
  wire.cut()
  await delay(3_000)
  wire.mend()
  const answer = await under
  assert.ok([200, 503].includes(answer.status), answer.text)
  await poll(async () => provider.isLive((await ground.readTokens(ada, id))['access_token']!))
  assert.equal((await call()).status, 200)
  assert.deepEqual([provider.tokenRequests, provider.reuses], [1, 0])
  t.diagnostic(`database gone for 3 s after rotation: answer ${answer.status}, 1 token request, 0 reuses`)
})
