/** Rotating the ring while gateways answer, and what a ring, a wrong ring and no ring can open. */
import assert from 'node:assert/strict'
import { readFile, stat } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { homeRing, parseRing, renewHomeRing } from '../../server/credentials/ring.ts'
import { Secret } from '../../server/credentials/secret.ts'
import { makeVault } from '../../server/credentials/vault.ts'
import { countByKey, listSealed } from '../../server/db/sealed-rows.ts'
import { makeKeyUsage } from '../../server/key-usage.ts'
import { openStore } from '../../server/open.ts'
import { rotateSecrets } from '../../server/rotate.ts'
import { makeHome, removeHome } from '../support/home.ts'
import { ringText, startServing, type Serving } from '../support/serving.ts'

let serving: Serving
before(async () => {
  serving = await startServing()
})
after(() => serving?.stop())

const newKey = `new:${Buffer.alloc(32, 9).toString('base64')}`

/** Makes `count` connections of one profile; what is sealed are their names. */
async function connectMany(profileId: string, count: number): Promise<string[]> {
  const vault = makeVault(parseRing(ringText))
  const ids = Array.from({ length: count }, (_, i) => `conn_${profileId}_${i}`)
  const rows = ids.map((id) => ({
    id,
    profile_id: profileId,
    integration: 'acme',
    account: id,
    auth: 'token',
    status: 'active',
  }))
  await serving.sql`insert into connections ${serving.sql(rows)}`
  const sealed = ids.map((id) => {
    const { keyId, wrappedKey, sealed } = vault.seal(
      { profileId, connectionId: id },
      { token: new Secret(`secret_of_${id}`) },
    )
    return { connection_id: id, key_id: keyId, wrapped_key: wrappedKey, sealed }
  })
  await serving.sql`insert into credentials ${serving.sql(sealed)}`
  return ids
}

test('everything is sealed anew while two gateways answer and 1,000 secrets a second are opened, without one failure', async (t) => {
  const person = await serving.person()
  const ids = await connectMany(person.profileId, 2_000)
  const both = `${ringText},${newKey}`
  const [one, two] = await Promise.all([
    serving.another({ secretKeys: both }),
    serving.another({ secretKeys: `${newKey},${ringText}` }),
  ])
  let over = false
  const figures = { calls: 0, opened: 0, failures: 0 }
  const started = performance.now()

  /** Calls through a gateway, each with the account's own secret at the far side. */
  const call = async (url: string): Promise<void> => {
    for (let i = 0; !over; i += 7) {
      const account = ids[i % ids.length]!
      const answer = await fetch(`${url}/v1/acme/get_me`, {
        method: 'POST',
        headers: { authorization: `Bearer ${person.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ connection: account }),
      })
      figures.calls += 1
      if (answer.status !== 200) figures.failures += 1
      await answer.arrayBuffer()
    }
  }
  /** Reads rows as they are at the moment and opens them. */
  const open = async (ring: string): Promise<void> => {
    const vault = makeVault(parseRing(ring))
    while (!over) {
      const rows = await listSealed(
        serving.sql,
        'credentials',
        '',
        ids[(figures.opened * 13) % ids.length]!,
        50,
      )
      for (const row of rows)
        try {
          vault.open({ profileId: row.profileId, connectionId: row.id }, { ...row, version: 1 })
          figures.opened += 1
        } catch {
          figures.failures += 1
        }
    }
  }
  const work = [call(one.url), call(two.url), open(both), open(`${newKey},${ringText}`)]
  const store = await openStore({ ...serving.config, secretKeys: `${newKey},${ringText}` }, 2)
  const rotation = await rotateSecrets(store, { ...serving.config, secretKeys: `${newKey},${ringText}` })
  const seconds = () => (performance.now() - started) / 1000
  const rotated = seconds()
  while (seconds() < 1) await new Promise((resolve) => setImmediate(resolve))
  over = true
  await Promise.all(work)
  const rate = Math.round(figures.opened / seconds())
  t.diagnostic(
    `${rotation.resealed} rows sealed anew in ${rotated.toFixed(2)} s; meanwhile ${rate} opened a second, ${figures.calls} calls, ${figures.failures} failures`,
  )
  assert.equal(figures.failures, 0)
  assert.ok(rate >= 1_000, `${rate} a second`)
  assert.ok(figures.calls > 20)
  assert.deepEqual([rotation.key, rotation.rows], ['new', { new: rotation.resealed }])
  assert.deepEqual(rotation.removable, ['test'])
  assert.deepEqual([...(await countByKey(serving.sql)).keys()], ['new'])

  const alone = await serving.another({ secretKeys: newKey })
  const seen = new Set<unknown>()
  serving.upstream.reset()
  for (const account of ids.slice(0, 20)) {
    const answer = await fetch(`${alone.url}/v1/acme/get_me`, {
      method: 'POST',
      headers: { authorization: `Bearer ${person.key}` },
      body: JSON.stringify({ connection: account }),
    })
    assert.equal(answer.status, 200, await answer.text())
    seen.add(serving.upstream.received.at(-1)!.headers.authorization)
  }
  assert.deepEqual(
    [...seen],
    ids.slice(0, 20).map((id) => `Bearer secret_of_${id}`),
  )

  const again = await rotateSecrets(store, { ...serving.config, secretKeys: newKey })
  assert.equal(again.resealed, 0)
  await store.close()
})

test('secrets under a key that the ring lacks are a reason to change nothing', async () => {
  const foreign = `other:${Buffer.alloc(32, 3).toString('base64')}`
  const person = await serving.person()
  await connectMany(person.profileId, 3)
  const before = await serving.sql`select * from credentials order by connection_id`
  await assert.rejects(
    openStore({ ...serving.config, secretKeys: foreign }, 1),
    /The key "(test|new)", "(test|new)" is missing/,
  )
  assert.deepEqual(await serving.sql`select * from credentials order by connection_id`, before)
})

test('the rows of a dump open nothing without the ring, whatever key is tried', async () => {
  const rows = await serving.sql`
    select r.*, c.profile_id from credentials r join connections c on c.id = r.connection_id`
  assert.ok(rows.length > 1000)
  const id = rows[0]!['key_id']
  const guesses = [
    parseRing(`${id}:${Buffer.alloc(32, 0).toString('base64')}`),
    parseRing(`${id}:${Buffer.alloc(32, 8).toString('base64')}`),
    parseRing(`unknown:${Buffer.alloc(32, 9).toString('base64')}`),
  ].map((ring) => makeVault(ring))
  let opened = 0
  for (const row of rows)
    for (const vault of guesses)
      try {
        vault.open(
          { profileId: row['profile_id'], connectionId: row['connection_id'] },
          { keyId: row['key_id'], wrappedKey: row['wrapped_key'], sealed: row['sealed'], version: 1 },
        )
        opened += 1
      } catch {
        // As it should be.
      }
  assert.equal(opened, 0)
})

test('another key under a known id is refused at start in less than a second, and nothing is changed', async (t) => {
  const before = await serving.sql`select * from secret_keys order by id`
  const wrong = { ...serving.config, secretKeys: `test:${Buffer.alloc(32, 1).toString('base64')}` }
  const started = performance.now()
  await assert.rejects(openStore(wrong, 1), /not the one this database was used with/)
  const took = performance.now() - started
  t.diagnostic(`refused after ${Math.round(took)} ms`)
  assert.ok(took < 1000)
  assert.deepEqual(await serving.sql`select * from secret_keys order by id`, before)
})

test('the ring of a home gets a new key first, and a gateway that is running takes it up by itself', async () => {
  const home = await makeHome('ring')
  try {
    const running = makeVault(await homeRing(home))
    const owner = { profileId: 'p', connectionId: 'c' }
    const old = { ...running.seal(owner, { token: new Secret('x') }), version: 1 }
    const renewed = makeVault(await renewHomeRing(home))
    const fresh = { ...renewed.reseal(owner, old), version: 1 }
    assert.deepEqual([old.keyId, fresh.keyId], ['home', 'home2'])
    running.open(owner, fresh)
    running.open(owner, old)
    assert.equal(running.seal(owner, { token: new Secret('y') }).keyId, 'home2')
    const file = `${home}/secret-keys`
    assert.equal((await stat(file)).mode & 0o777, 0o600)
    assert.match(await readFile(file, 'utf8'), /^home2:\S{44},home:\S{44}\n$/)
  } finally {
    await removeHome(home)
  }
})

test('the use of a key is counted over all processes, and the operator is told once before it is worn out', async () => {
  const told: unknown[] = []
  const [before] = await serving.sql`select encryptions::int as n from secret_keys where id = 'new'`
  const usages = [1, 2].map(() =>
    makeKeyUsage(serving.sql, (message, details) => told.push([message, details]), before!['n'] + 150),
  )
  for (const usage of usages) for (let i = 0; i < 100; i += 1) usage.count('new')
  for (const usage of usages) await usage.drain()
  const [after] = await serving.sql`select encryptions::int as n from secret_keys where id = 'new'`
  assert.equal(after!['n'], before!['n'] + 200)
  assert.equal(told.length, 1)
  assert.match(JSON.stringify(told[0]), /rotate-secrets/)
  usages[1]!.count('new')
  await usages[1]!.drain()
  assert.equal(told.length, 1)
})
