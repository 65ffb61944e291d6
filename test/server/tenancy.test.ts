import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { newCallId, newId } from '../../server/ids.ts'
import { assertFault, startServing, type Answer, type Person, type Serving } from '../support/serving.ts'

let serving: Serving
let owner: Person
let stranger: Person
let connectionId: string

before(async () => {
  serving = await startServing()
  owner = await serving.person()
  stranger = await serving.person()
  const { body } = await serving.connect(owner.key, { account: 'private', identifier: 'customer-1' })
  connectionId = body.connection_id
})
after(() => serving?.stop())
beforeEach(() => serving.upstream.reset())

/** The same answer but for what the caller said and the id of the request. */
function same(foreign: Answer, unknown: Answer, names: [string, string]): void {
  const strip = ({ text, headers }: Answer, name: string): string =>
    text.replaceAll(name, 'X').replaceAll(headers.get('x-request-id')!, 'R')
  assert.equal(foreign.status, unknown.status)
  assert.equal(strip(foreign, names[0]), strip(unknown, names[1]))
}

test("another's connection, key and call are answered like ones that never were", async () => {
  await serving.call(owner.key, 'acme list_things', {}, { connection: 'private', identifier: 'customer-1' })
  const calls = await serving.calls()
  const ids: [path: (id: string) => [string, string], foreign: string, unknown: string][] = [
    [(id) => ['DELETE', `/v1/connections/${id}`], connectionId, newId('conn')],
    [(id) => ['POST', `/v1/connections/${id}/verify`], connectionId, newId('conn')],
    [(id) => ['GET', `/v1/connect/${id}`], connectionId, newId('conn')],
    [(id) => ['DELETE', `/api-keys/${id}`], owner.keyId, newId('key')],
    [(id) => ['GET', `/v1/calls/${id}`], calls[0]!['id'], newCallId()],
  ]
  serving.upstream.reset()
  for (const [place, foreign, unknown] of ids) {
    const [method, path] = place(foreign)
    const answer = await serving.request(method, path, stranger.key)
    assertFault(answer, 404, 'not_found')
    same(answer, await serving.request(...(place(unknown) as [string, string]), stranger.key), [
      foreign,
      unknown,
    ])
  }
  assert.equal(serving.upstream.received.length, 0)
  assert.equal((await serving.sql`select 1 from connections where id = ${connectionId}`).length, 1)
  assert.equal((await serving.request('GET', '/v1/whoami', owner.key)).status, 200)
})

test("another's connection is found neither by label nor by identifier nor in a list", async () => {
  for (const rest of [
    {},
    { connection: 'private' },
    { identifier: 'customer-1' },
    { connection: 'private', identifier: 'customer-1' },
    { connection: connectionId },
  ])
    assertFault(
      await serving.call(stranger.key, 'acme list_things', {}, rest),
      403,
      'integration_not_connected',
    )
  assert.deepEqual((await serving.request('GET', '/v1/connections', stranger.key)).body, { connections: [] })
  const skills = (await serving.request('GET', '/v1/skills', stranger.key)).body.integrations
  assert.ok(
    skills.every(
      (each: { connected: boolean; accounts: [] }) => !each.connected && each.accounts.length === 0,
    ),
  )
  assert.deepEqual((await serving.request('GET', '/v1/calls', stranger.key)).body, {
    calls: [],
    next_cursor: null,
  })
  assert.equal((await serving.request('GET', '/api-keys', stranger.key)).body.length, 1)
  assert.equal(serving.upstream.received.length, 0)
})

test("a cursor of another's page shows nothing of it", async () => {
  const [row] = await serving.calls()
  const answer = await serving.request('GET', `/v1/calls?cursor=${row!['id']}`, stranger.key)
  assert.deepEqual(answer.body, { calls: [], next_cursor: null })
})

test('without its identifier the own connection is not found either', async () => {
  assertFault(await serving.call(owner.key, 'acme list_things'), 403, 'integration_not_connected')
  const found = await serving.call(owner.key, 'acme list_things', {}, { identifier: 'customer-1' })
  assert.equal(found.status, 200)
})

test('the audit log comes in pages, newest first, without a gap or a repetition', async () => {
  const person = await serving.person()
  for (let i = 0; i < 7; i += 1) await serving.call(person.key, 'plain get_things')
  await serving.calls()
  const seen: string[] = []
  let cursor: string | null = null
  do {
    const path: string = `/v1/calls?limit=3${cursor === null ? '' : `&cursor=${cursor}`}`
    const { body } = await serving.request('GET', path, person.key)
    seen.push(...body.calls.map((call: { id: string }) => call.id))
    cursor = body.next_cursor
  } while (cursor !== null)
  assert.equal(seen.length, 7)
  assert.deepEqual(seen, [...new Set(seen)].sort().reverse())
  const one = (await serving.request('GET', `/v1/calls/${seen[0]}`, person.key)).body
  assert.deepEqual(
    [one.integration, one.endpoint, one.outcome, one.upstream_status, one.error],
    ['plain', 'get_things', 'done', 200, null],
  )
})
