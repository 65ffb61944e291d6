import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { after, before, beforeEach, test } from 'node:test'
import { openDatabase } from '../../server/db/sql.ts'
import { assertFault, request, startServing, type Person, type Serving } from '../support/serving.ts'

let serving: Serving
let person: Person

before(async () => {
  serving = await startServing()
  person = await serving.person()
})
after(() => serving?.stop())
beforeEach(() => serving.upstream.reset())

test('what cannot be recorded is refused within 2.5 s and not sent, and works again afterwards', async (t) => {
  const other = openDatabase(serving.database.url, 1)
  let times: number[] = []
  await other.begin(async (tx) => {
    await tx`lock table skill_calls in access exclusive mode`
    const began = performance.now()
    const call = async (afterMs: number): Promise<number> => {
      await new Promise((resolve) => setTimeout(resolve, afterMs))
      const start = performance.now()
      assertFault(await serving.call(person.key, 'plain get_things'), 503, 'audit_unavailable')
      return performance.now() - start
    }
    // Those that come while a round trip hangs wait no longer than the first.
    times = await Promise.all([0, 0, 500, 1_000, 1_900, 2_100].map(call))
    assert.ok(performance.now() - began < 6_000)
    // A statement given up is cancelled from outside, which takes a moment.
    const waiting = () => serving.sql`
      select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    while ((await waiting()).length > 0) assert.ok(performance.now() - began < 10_000)
  })
  await other.end()
  t.diagnostic(
    `refused after ${times.map(Math.round).join(', ')} ms; requests upstream: ${serving.upstream.received.length}`,
  )
  assert.equal(serving.upstream.received.length, 0)
  // 2.5 s is the promise; a second on top is this machine's, which also runs other tests.
  assert.ok(Math.max(...times) < 3_500, times.join())
  const answer = await serving.call(person.key, 'plain get_things')
  assert.equal(answer.status, 200, answer.text)
  const rows = await serving.calls()
  assert.equal(rows.length, 1, 'a refused call was recorded after all')
})

test('a table that cannot be written refuses the call, and is told in the log only', async () => {
  await serving.sql`alter table skill_calls add constraint broken check (endpoint <> 'get_things') not valid`
  const answer = await serving.call(person.key, 'plain get_things')
  await serving.sql`alter table skill_calls drop constraint broken`
  assertFault(answer, 503, 'audit_unavailable')
  assert.doesNotMatch(answer.text, /constraint|broken|skill_calls/)
  assert.equal(serving.upstream.received.length, 0)
})

test('a call whose outcome cannot be written is answered all the same, and reads unknown later', async () => {
  await serving.sql`alter table skill_calls add constraint mute check (state = 'started') not valid`
  const answer = await serving.call(person.key, 'plain get_things')
  assert.equal(answer.status, 200)
  const id = answer.headers.get('x-request-id')!
  await new Promise((resolve) => setTimeout(resolve, 200))
  await serving.sql`alter table skill_calls drop constraint mute`
  await serving.sql`update skill_calls set started_at = now() - interval '6 minutes' where id = ${id}`
  const { body } = await serving.request('GET', `/v1/calls/${id}`, person.key)
  assert.equal(body.outcome, 'unknown')
  await serving.sql`update skill_calls set state = 'done' where id = ${id}`
})

/** A door before PostgreSQL that can be shut. */
async function startDoor(url: string) {
  const { hostname, port } = new URL(url)
  const open = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(port), hostname)
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', () => {}).on('close', () => (near.destroy(), far.destroy(), open.delete(socket)))
    }
    near.pipe(far).pipe(near)
  })
  const listen = async (at: number): Promise<void> => {
    server.listen(at, '127.0.0.1')
    await once(server, 'listening')
  }
  await listen(0)
  const at = (server.address() as AddressInfo).port
  const door = new URL(url)
  door.port = String(at)
  door.hostname = '127.0.0.1'
  return {
    url: door.href,
    shut: async () => {
      server.close()
      for (const socket of open) socket.destroy()
      await once(server, 'close')
    },
    open: () => listen(at),
  }
}

test('without its database the gateway refuses, and with it recovers, by itself', async (t) => {
  const door = await startDoor(serving.database.url)
  const behind = await serving.another({ databaseUrl: door.url })
  const call = () => request(behind.url, 'POST', '/v1/plain/get_things', person.key, {})
  assert.equal((await call()).status, 200)
  const sent = serving.upstream.received.length
  await door.shut()
  const began = performance.now()
  for (let i = 0; i < 3; i += 1) {
    const answer = await call()
    assertFault(answer, 503, 'audit_unavailable')
    assert.doesNotMatch(answer.text, /ECONN|127\.0\.0\.1/)
  }
  t.diagnostic(`three refusals in ${Math.round(performance.now() - began)} ms`)
  assert.equal((await request(behind.url, 'GET', '/readyz')).status, 503)
  assert.equal((await request(behind.url, 'GET', '/healthz')).status, 200)
  assert.equal(serving.upstream.received.length, sent)
  await door.open()
  const back = performance.now()
  while ((await call()).status !== 200) assert.ok(performance.now() - back < 5_000)
  t.diagnostic(`first success ${Math.round(performance.now() - back)} ms after its return`)
  assert.equal((await request(behind.url, 'GET', '/readyz')).status, 200)
  await behind.stop()
  await door.shut()
})
