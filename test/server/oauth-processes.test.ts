/** One renewal among processes: two gateways on one database, a provider that ends a grant when a token is reused. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { buildBundle } from '../support/bundle.ts'
import { startMortal, type MortalGateway } from '../support/gateway-process.ts'
import { ask, makeOAuthGround, type OAuthGround } from '../support/oauth-ground.ts'
import { startProvider, type Provider } from '../support/provider.ts'

let provider: Provider
let ground: OAuthGround
let gateways: MortalGateway[] = []

before(async () => {
  await buildBundle()
  provider = await startProvider({ rotation: 'strict' })
  ground = await makeOAuthGround(provider)
  gateways = [await startMortal(ground.home, ground.env)]
  gateways.push(await startMortal(ground.home, ground.env))
})
after(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()))
  await provider.stop()
  await ground.close()
})

test('two hundred calls with a dead access token on two gateways: one token request, two hundred answers', async (t) => {
  const ada = await ground.makePerson()
  await ground.connect(ada, 'ada', provider.makeGrant())
  provider.killAccessTokens()
  provider.behaviour.delayBeforeMs = 100
  provider.behaviour.delayAfterMs = 100
  const began = performance.now()
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      ask(gateways[i % 2]!.url, '/v1/fake/get_me', { key: ada.key, body: {} }),
    ),
  )
  const good = answers.filter(({ status }) => status === 200).length
  t.diagnostic(
    `200 calls on 2 processes: ${provider.tokenRequests} token request, ${provider.reuses} reuses, ${good} answers, ` +
      `${Math.round(performance.now() - began)} ms`,
  )
  assert.equal(good, 200)
  assert.equal(provider.tokenRequests, 1)
  assert.equal(provider.reuses, 0)
})
