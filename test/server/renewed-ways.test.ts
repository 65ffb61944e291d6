/** Tokens that a connection fetches for itself: fetched again when they are refused or about to end, once for all. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { playRobot, robotSecrets, type Robot } from '../support/robot.ts'
import { assertFault, startServing, type Person, type Serving } from '../support/serving.ts'
import { json, startUpstream, type Upstream } from '../support/upstream.ts'

const fetching = ['app', 'app_post', 'app_key', 'service_account', 'installation', 'log_in']

let service: Upstream
let serving: Serving
let robot: Robot
let person: Person

before(async () => {
  service = await startUpstream()
  const origins = ['https://api.robot.test', 'https://id.robot.test'].map((from) => [from, service.origin])
  serving = await startServing({
    skills: [fileURLToPath(new URL('ways', import.meta.url))],
    originMap: { robot: Object.fromEntries(origins) },
  })
})
after(async () => {
  await serving?.stop()
  await service?.stop()
})
beforeEach(async () => {
  service.reset()
  robot = playRobot(service)
  person = await serving.person('unlimited', { tokens: true })
})

async function connect(auth: string): Promise<string> {
  const body = { integration: 'robot', auth, variables: { tenant: 'acme' }, secret: robotSecrets[auth] }
  const answer = await serving.request('POST', '/v1/connect', person.key, body)
  assert.equal(answer.status, 200, answer.text)
  return answer.body.connection_id
}

for (const auth of fetching)
  test(`the token of "${auth}" is fetched once when fifty calls find it refused, and all are answered`, async () => {
    await connect(auth)
    const { url } = await serving.another()
    robot.expire()
    const given = robot.given.length
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        fetch(`${i % 2 === 0 ? serving.url : url}/v1/robot/get_me`, {
          method: 'POST',
          headers: { authorization: `Bearer ${person.key}` },
          body: '{}',
        }).then(({ status }) => status),
      ),
    )
    assert.deepEqual([...new Set(answers)], [200])
    assert.equal(robot.given.length - given, 1)
  })

test('a credential that the service no longer accepts ends the connection, after one try', async () => {
  await connect('app')
  service.reply = json({ error: 'invalid_client' }, 401)
  assertFault(await serving.call(person.key, 'robot get_me'), 401, 'token_expired')
  const asked = service.received.filter(({ url }) => url === '/token').length
  assert.equal(asked, 2, 'once to connect, once to renew')
  assertFault(await serving.call(person.key, 'robot get_me'), 401, 'token_expired')
  const told = await serving.request('POST', '/v1/token', person.key, { services: ['robot'] })
  assertFault(told, 401, 'token_expired')
  assert.equal(service.received.filter(({ url }) => url === '/token').length, asked)
})

test('a token that is about to end is renewed before it is handed out, once, and never twice in its life', async () => {
  const id = await connect('app')
  const ask = () => serving.request('POST', '/v1/token', person.key, { services: ['robot'] })
  const [first] = robot.given
  const fresh = await ask()
  assert.equal(fresh.body.token, first)
  const left = (new Date(fresh.body.expires_at).getTime() - Date.now()) / 1000
  assert.ok(left > 3_500 && left <= 3_600, `${left} s`)
  await serving.sql`update credentials set expires_at = now() + interval '30 seconds' where connection_id = ${id}`
  const answers = await Promise.all(Array.from({ length: 10 }, ask))
  assert.deepEqual([...new Set(answers.map(({ body }) => body.token))], [robot.given[1]])
  assert.equal((await ask()).body.token, robot.given[1])
  assert.equal(robot.given.length, 2)
})

test('while the service cannot renew it, a token that still lives is handed out, and a dead one is not', async () => {
  const id = await connect('app')
  const ask = () => serving.request('POST', '/v1/token', person.key, { services: ['robot'] })
  service.reply = json('<html>', 503)
  await serving.sql`update credentials set expires_at = now() + interval '30 seconds' where connection_id = ${id}`
  assert.equal((await ask()).body.token, robot.given[0])
  await serving.sql`update credentials set expires_at = now() - interval '1 second', not_before = null where connection_id = ${id}`
  const dead = await ask()
  assertFault(dead, 502, 'upstream_unreachable')
  assert.ok(!dead.text.includes(robot.given[0]!))
})

test('a page in place of a token ends no connection, and the wait that it asks for is told', async () => {
  await connect('app')
  robot.expire()
  const friendly = service.reply
  service.reply = (received, response, request) =>
    received.url === '/token'
      ? json('<html>', 403, { 'retry-after': '7' })(received, response, request)
      : friendly(received, response, request)
  const refused = await serving.call(person.key, 'robot get_me')
  assertFault(refused, 502, 'upstream_unreachable')
  const wait = Number(refused.headers.get('retry-after'))
  assert.ok(wait >= 1 && wait <= 8, `${wait} s`)
  service.reply = friendly
  await serving.sql`update credentials set not_before = null`
  assert.equal((await serving.call(person.key, 'robot get_me')).status, 200)
})

test('how long a script may keep a token is what was configured, and never beyond its life', async () => {
  const id = await connect('app')
  const ask = async () =>
    (await serving.request('POST', '/v1/token', person.key, { services: ['robot'] })).body.cache_seconds
  const choice = { service: 'robot', connection: id, cache_seconds: 600 }
  await serving.request('POST', '/v1/services', person.key, { services: [choice] })
  assert.equal(await ask(), 600)
  await serving.sql`update credentials set expires_at = now() + interval '200 seconds' where connection_id = ${id}`
  const seconds = await ask()
  assert.ok(seconds >= 135 && seconds <= 140, `${seconds} s`)
})

test('ways that sign each request have no token, and a direct JWT is made for whoever asks', async () => {
  for (const auth of ['consumer', 'aws']) {
    const { key } = await serving.key(person, { tokens: true })
    await serving.sql`delete from connections where profile_id = ${person.profileId}`
    await connect(auth)
    const refused = await serving.request('POST', '/v1/token', key, { services: ['robot'] })
    assertFault(refused, 403, 'forbidden')
  }
  await serving.sql`delete from connections where profile_id = ${person.profileId}`
  await connect('signed')
  const { body } = await serving.request('POST', '/v1/token', person.key, { services: ['robot'] })
  assert.match(body.token, /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/)
})
