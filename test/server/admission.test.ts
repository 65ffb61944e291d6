import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hashApiKey } from '../../server/credentials/api-key.ts'
import { makeAdmission, type Asker } from '../../server/db/admission.ts'
import { changePlan } from '../../server/db/profiles.ts'
import { openDatabase } from '../../server/db/sql.ts'
import { newCallId } from '../../server/ids.ts'
import { assertFault, request, startServing, type Person, type Serving } from '../support/serving.ts'

let serving: Serving
let second: { url: string }

before(async () => {
  serving = await startServing()
  second = await serving.another()
})
after(() => serving?.stop())

function asker(key: string, change: Partial<Asker> = {}): Asker {
  const plain = { integration: 'plain', account: null, identifier: '', writes: false, needsConnection: false }
  return { keyHash: hashApiKey(key), ...plain, ...change }
}

async function used(person: Person): Promise<[used: number, recorded: number]> {
  const [usage] = await serving.sql`select used from daily_usage where profile_id = ${person.profileId}`
  const [rows] =
    await serving.sql`select count(*)::int as n from skill_calls where profile_id = ${person.profileId}`
  return [usage?.['used'] ?? 0, rows!['n']]
}

test('500 at once with one call left make exactly one, over two gateways', async (t) => {
  const person = await serving.person()
  await changePlan(serving.sql, person.email, { daily_limit: 100 })
  for (let i = 0; i < 99; i += 1)
    assert.equal((await serving.call(person.key, 'plain get_things')).status, 200)
  serving.upstream.reset()
  const answers = await Promise.all(
    Array.from({ length: 500 }, (_, i) =>
      request([serving.url, second.url][i % 2]!, 'POST', '/v1/plain/get_things', person.key, {}),
    ),
  )
  const good = answers.filter((answer) => answer.status === 200)
  for (const answer of answers.filter((each) => each.status !== 200))
    assertFault(answer, 429, 'daily_limit_reached')
  assert.equal(good.length, 1)
  assert.equal(serving.upstream.received.length, 1)
  assert.deepEqual(await used(person), [100, 100])
  t.diagnostic(`of ${answers.length} parallel calls at 99 of 100, ${good.length} was made`)
})

test('15 000 admissions of three profiles over two gateways stop at 777 each', async (t) => {
  const people = await Promise.all([serving.person(), serving.person(), serving.person()])
  for (const person of people) await changePlan(serving.sql, person.email, { daily_limit: 777 })
  const pools = [openDatabase(serving.database.url, 4), openDatabase(serving.database.url, 4)]
  const gateways = pools.map((sql) => makeAdmission(sql))
  const began = performance.now()
  const admitted = await Promise.all(
    Array.from({ length: 15_000 }, async (_, i) => {
      const person = people[i % 3]!
      // Different askers of one profile share its limit.
      const who = asker(person.key, { writes: i % 2 === 0, integration: i % 5 === 0 ? null : 'plain' })
      const { refusal } = await gateways[Math.floor(i / 3) % 2]!.admit(
        { ...who, integration: 'plain' },
        { id: newCallId(), endpoint: 'get_things' },
      )
      return refusal
    }),
  )
  const seconds = (performance.now() - began) / 1000
  await Promise.all(pools.map((sql) => sql.end()))
  for (const [index, person] of people.entries()) {
    const own = admitted.filter((_, i) => i % 3 === index)
    assert.equal(own.filter((refusal) => refusal === null).length, 777)
    assert.equal(own.filter((refusal) => refusal === 'daily_limit_reached').length, 5_000 - 777)
    assert.deepEqual(await used(person), [777, 777])
  }
  t.diagnostic(`15000 admissions, 3 x 777 made, ${Math.round(15_000 / seconds)} a second`)
})

test('a changed plan holds at once, upwards and downwards', async () => {
  const person = await serving.person()
  const call = () => serving.call(person.key, 'plain get_things')
  await changePlan(serving.sql, person.email, { daily_limit: 1 })
  assert.equal((await call()).status, 200)
  assertFault(await call(), 429, 'daily_limit_reached')
  await changePlan(serving.sql, person.email, { daily_limit: 3 })
  assert.deepEqual([(await call()).status, (await call()).status], [200, 200])
  assertFault(await call(), 429, 'daily_limit_reached')
  await changePlan(serving.sql, person.email, { daily_limit: 2 })
  assertFault(await call(), 429, 'daily_limit_reached')
  assert.deepEqual(await used(person), [3, 3])
})

test('the count begins anew with the UTC day', async () => {
  const person = await serving.person()
  await changePlan(serving.sql, person.email, { daily_limit: 1 })
  await serving.call(person.key, 'plain get_things')
  await serving.sql`update daily_usage set day = day - 1 where profile_id = ${person.profileId}`
  assert.equal((await serving.call(person.key, 'plain get_things')).status, 200)
})

test('a revoked key is refused by the very next call, on both gateways', async () => {
  const person = await serving.person()
  const spare = await serving.key(person)
  for (const url of [serving.url, second.url])
    assert.equal((await request(url, 'GET', '/v1/whoami', spare.key)).status, 200)
  assert.equal((await serving.request('DELETE', `/api-keys/${spare.keyId}`, person.key)).status, 204)
  for (const url of [second.url, serving.url])
    for (const [method, path] of [
      ['GET', '/v1/whoami'],
      ['POST', '/v1/plain/get_things'],
      ['GET', '/v1/skills'],
      ['GET', '/api-keys'],
    ] as const)
      assertFault(await request(url, method, path, spare.key), 401, 'api_key_revoked')
})

test('calls of one key with and without a name share a round trip and keep their own connection', async () => {
  const person = await serving.person()
  for (const account of ['null', 'other'])
    await serving.connect(person.key, { account, secret: `secret-of-${account}-0123` })
  serving.upstream.reset()
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, i) =>
      serving.call(
        person.key,
        'acme list_things',
        {},
        [{}, { connection: 'null' }, { connection: 'other' }][i % 3],
      ),
    ),
  )
  assert.deepEqual(
    answers.map((answer) => answer.status),
    Array.from({ length: 60 }, (_, i) => [409, 200, 200][i % 3]),
  )
  const sent = serving.upstream.received.map(({ headers }) => headers.authorization).sort()
  assert.deepEqual(sent.slice(0, 20), Array(20).fill('Bearer secret-of-null-0123'))
  assert.deepEqual(sent.slice(20), Array(20).fill('Bearer secret-of-other-0123'))
})

test('parallel calls of many people never mix credentials', async () => {
  const people = await Promise.all(Array.from({ length: 12 }, () => serving.person()))
  const secret = (key: string): string => `secret of ${key}`
  await Promise.all(
    people.map(({ key }) => serving.connect(key, { integration: 'bulk', secret: secret(key) })),
  )
  serving.upstream.reset()
  serving.upstream.reply = ({ url }, response) => {
    const { searchParams } = new URL(url, 'http://x')
    const matches = searchParams.get('api_key') === secret(searchParams.get('q')!)
    response.writeHead(matches ? 200 : 500).end('{}')
  }
  const answers = await Promise.all(
    Array.from({ length: 360 }, (_, i) => {
      const { key } = people[i % 12]!
      const url = [serving.url, second.url][i % 2]!
      return request(url, 'POST', '/v1/bulk/find_things', key, { params: { q: key } })
    }),
  )
  assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [200])
})
