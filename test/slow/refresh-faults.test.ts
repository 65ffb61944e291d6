/**
 * Renewal when things go wrong at the worst moment: an endpoint that is slow after the token changed hands, gateways
 * killed or frozen in the middle of it.
 */
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import { buildBundle } from '../support/bundle.ts'
import { startMortal, type MortalGateway } from '../support/gateway-process.ts'
import { ask, makeOAuthGround, type OAuthGround, type Person } from '../support/oauth-ground.ts'
import { startProvider, type Behaviour, type Provider } from '../support/provider.ts'
import { poll } from '../support/poll.ts'

interface Bench {
  provider: Provider
  ground: OAuthGround
  start(): Promise<MortalGateway>
}

/** Put away when the test ends. */
async function setUp(t: TestContext, behaviour: Partial<Behaviour>, settings: string[]): Promise<Bench> {
  await buildBundle()
  const provider = await startProvider(behaviour)
  const ground = await makeOAuthGround(provider, settings)
  const gateways: MortalGateway[] = []
  t.after(async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()))
    await provider.stop()
    await ground.close()
  })
  return {
    provider,
    ground,
    async start() {
      const gateway = await startMortal(ground.home, ground.env)
      gateways.push(gateway)
      return gateway
    },
  }
}

const call = (gateway: MortalGateway, person: Person, connection: string) =>
  ask(gateway.url, '/v1/fake/get_me', { key: person.key, body: { connection } })

/** The checker after every scenario: nothing is open, and nobody holds a transaction. */
async function checkQuiet({ ground }: Bench): Promise<void> {
  await poll(async () => {
    const open = await ground.sql`select from credentials where lease_until > now() - interval '15 seconds'`
    return open.length === 0
  }, 30_000)
  const idle = await ground.sql`
    select from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`
  assert.equal(idle.length, 0)
}

for (const rotation of ['strict', 'grace'] as const)
  test(`a token endpoint that sleeps 15 s after rotating costs one token request and no answer: ${rotation}`, async (t) => {
    const bench = await setUp(t, { rotation, delayAfterMs: 15_000 }, [`refresh: {rotation: ${rotation}}`])
    const gateways = [await bench.start(), await bench.start()]
    const ada = await bench.ground.makePerson()
    await bench.ground.connect(ada, 'ada', bench.provider.makeGrant())
    bench.provider.killAccessTokens()
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => call(gateways[i % 2]!, ada, 'ada')),
    )
    const good = answers.filter(({ status }) => status === 200).length
    const { tokenRequests, reuses } = bench.provider
    t.diagnostic(
      `15 s after rotation, ${rotation}, 200 calls, 2 processes: ${tokenRequests} token request, ${reuses} reuses, ${good} answers`,
    )
    assert.deepEqual({ good, tokenRequests, reuses }, { good: 200, tokenRequests: 1, reuses: 0 })
    await checkQuiet(bench)
  })

const points = 25

/** Kills a gateway `after` ms after the token changed hands at the provider, for one connection each. */
async function killAtPoints(
  bench: Bench,
  recover: (point: number, person: Person) => Promise<string>,
): Promise<{ results: string[]; most: number }> {
  const { provider, ground } = bench
  const ada = await ground.makePerson()
  const grants = Array.from({ length: points }, () => provider.makeGrant())
  for (const [i, grant] of grants.entries()) await ground.connect(ada, `point-${i}`, grant)
  provider.killAccessTokens()
  provider.behaviour.delayAfterMs = 10
  const recoveries: Promise<string>[] = []
  for (let point = 0; point < points; point += 1) {
    const victim = await bench.start()
    const rotated = new Promise<void>((resolve) => (provider.onRotation = resolve))
    const lost = call(victim, ada, `point-${point}`).catch(() => null)
    await rotated
    provider.onRotation = () => {}
    await delay(point)
    victim.kill()
    await lost
    recoveries.push(recover(point, ada))
  }
  const results = await Promise.all(recoveries)
  return { results, most: Math.max(...grants.map(({ refresh }) => provider.presented.get(refresh) ?? 0)) }
}

test('kill -9 at 25 points, with a provider that takes a used token for a while: all recover', async (t) => {
  const bench = await setUp(t, { rotation: 'grace', graceMs: 30_000 }, [
    'refresh: {rotation: grace, grace: 30s}',
  ])
  const survivor = await bench.start()
  const slowest: number[] = []
  const { results, most } = await killAtPoints(bench, async (point, person) => {
    const began = performance.now()
    const { status, text } = await call(survivor, person, `point-${point}`)
    slowest.push(performance.now() - began)
    return status === 200 ? 'recovered' : text
  })
  const recovered = results.filter((result) => result === 'recovered').length
  t.diagnostic(
    `grace: ${recovered} of ${points} recovered, at most ${most} token requests each, slowest ${Math.round(Math.max(...slowest))} ms`,
  )
  assert.deepEqual([...new Set(results)], ['recovered'])
  assert.ok(most <= 2)
  await checkQuiet(bench)
})

test('kill -9 at 25 points, with a provider that ends the grant on reuse: decided within 95 s, never stuck', async (t) => {
  const bench = await setUp(t, { rotation: 'strict' }, ['refresh: {rotation: strict}'])
  const survivor = await bench.start()
  const { results, most } = await killAtPoints(bench, async (point, person) => {
    const until = performance.now() + 110_000
    for (;;) {
      const { status, body, text } = await call(survivor, person, `point-${point}`)
      if (status === 200) return 'recovered'
      if (body?.error === 'token_expired') return 'reconnect'
      if (performance.now() > until) return text
      await delay(Math.min(body?.retry_after_ms ?? 1000, 2000))
    }
  })
  const count = (wanted: string): number => results.filter((result) => result === wanted).length
  const lost = await bench.ground.sql`select from credentials where ended = 'refresh_lost'`
  t.diagnostic(
    `strict: ${count('recovered')} recovered, ${count('reconnect')} to connect again (${lost.length} with cause refresh_lost), at most ${most} token requests each`,
  )
  assert.equal(count('recovered') + count('reconnect'), points)
  assert.equal(lost.length, count('reconnect'))
  assert.ok(most <= 2)
  await checkQuiet(bench)
})

test('a gateway frozen after the token changed hands: with grace another takes over, and the late write changes nothing', async (t) => {
  const bench = await setUp(t, { rotation: 'grace', graceMs: 30_000, delayAfterMs: 300 }, [
    'refresh: {rotation: grace, grace: 30s}',
  ])
  const { provider, ground } = bench
  const [owner, taker] = [await bench.start(), await bench.start()]
  const ada = await ground.makePerson()
  const id = await ground.connect(ada, 'ada', provider.makeGrant())
  provider.killAccessTokens()
  const rotated = new Promise<void>((resolve) => (provider.onRotation = resolve))
  const late = call(owner, ada, 'ada')
  await rotated
  owner.freeze()
  const began = performance.now()
  assert.equal((await call(taker, ada, 'ada')).status, 200)
  const took = performance.now() - began
  const stored = await ground.readTokens(ada, id)
  owner.thaw()
  assert.equal((await late).status, 200)
  assert.deepEqual(await ground.readTokens(ada, id), stored)
  assert.ok(provider.isLive(stored['access_token']!))
  t.diagnostic(
    `frozen, grace: taken over after ${Math.round(took)} ms, ${provider.tokenRequests} token requests`,
  )
  assert.ok(took <= 10_500 && provider.tokenRequests === 2)
  await checkQuiet(bench)
})

test('a gateway frozen after the token changed hands: where reuse ends the grant it is waited for', async (t) => {
  const bench = await setUp(t, { rotation: 'strict', delayAfterMs: 300 }, ['refresh: {rotation: strict}'])
  const { provider, ground } = bench
  const [owner, waiter] = [await bench.start(), await bench.start()]
  const ada = await ground.makePerson()
  const id = await ground.connect(ada, 'ada', provider.makeGrant())
  provider.killAccessTokens()
  const rotated = new Promise<void>((resolve) => (provider.onRotation = resolve))
  const late = call(owner, ada, 'ada')
  await rotated
  owner.freeze()
  const waiting = call(waiter, ada, 'ada')
  await delay(25_000)
  owner.thaw()
  assert.equal((await late).status, 200)
  assert.equal((await waiting).status, 200)
  assert.ok(provider.isLive((await ground.readTokens(ada, id))['access_token']!))
  t.diagnostic(`frozen 25 s, strict: ${provider.tokenRequests} token request, ${provider.reuses} reuses`)
  assert.deepEqual([provider.tokenRequests, provider.reuses], [1, 0])
  await checkQuiet(bench)
})

test('a token endpoint that does not answer leaves the connection as it is', async (t) => {
  const bench = await setUp(t, { rotation: 'strict', delayBeforeMs: 40_000 }, ['refresh: {rotation: strict}'])
  const { provider, ground } = bench
  const gateway = await bench.start()
  const ada = await ground.makePerson()
  const id = await ground.connect(ada, 'ada', provider.makeGrant())
  provider.killAccessTokens()
  const began = performance.now()
  const { status, body } = await call(gateway, ada, 'ada')
  t.diagnostic(`silence: status ${status} after ${Math.round(performance.now() - began)} ms`)
  assert.equal(status, 502)
  assert.equal(body.error, 'upstream_unreachable')
  const [row] = await ground.sql`select status from connections where id = ${id}`
  assert.equal(row!['status'], 'active')
  provider.behaviour.delayBeforeMs = 0
  await ground.sql`update credentials set not_before = null`
  assert.equal((await call(gateway, ada, 'ada')).status, 200)
  await checkQuiet(bench)
})
