/** Every way to sign in that needs no browser: connected, verified and used, against a service that checks each. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { playRobot, robotSecrets, type Robot } from '../support/robot.ts'
import { assertFault, startServing, type Person, type Serving } from '../support/serving.ts'
import { json, startUpstream, type Upstream } from '../support/upstream.ts'

let service: Upstream
let serving: Serving
let robot: Robot
let person: Person

const variables = { tenant: 'acme' }

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
  person = await serving.person()
})

const connect = (auth: string, secret: unknown, rest: Record<string, unknown> = {}) =>
  serving.request('POST', '/v1/connect', person.key, {
    integration: 'robot',
    auth,
    variables,
    secret,
    ...rest,
  })

for (const [auth, secret] of Object.entries(robotSecrets))
  test(`the way "${auth}" connects, says who it is, and signs calls that the service accepts`, async () => {
    const connected = await connect(auth, secret)
    assert.deepEqual([connected.status, connected.body?.identity], [200, 'robot'], connected.text)
    const found = await serving.call(person.key, 'robot find', {
      place: "a b/ü'(1)/c+d",
      q: "it's 100% + more & =",
      tags: ['z', 'a b', 'a'],
    })
    assert.equal(found.status, 200, found.text)
    const made = await serving.call(person.key, 'robot make', { title: "a+b 'c' ü & d=e" })
    assert.deepEqual([made.status, made.body?.data?.login], [200, 'robot'], made.text)
  })

for (const auth of ['app', 'app_post', 'app_key', 'service_account', 'log_in'])
  test(`the way "${auth}" stores nothing when the service refuses what was entered`, async () => {
    service.reply = json({ error: 'invalid_client' }, 401)
    const refused = await connect(auth, robotSecrets[auth])
    assertFault(refused, 400, 'bad_request')
    assert.deepEqual(refused.body.fields, [
      { path: 'secret', message: 'is refused by Robot (status 401, invalid_client)' },
    ])
    assert.equal(
      (await serving.sql`select from connections where profile_id = ${person.profileId}`).length,
      0,
    )
  })

test('a signature that the service does not accept is told as a refused secret', async () => {
  for (const auth of ['consumer', 'aws']) {
    const secret = { ...(robotSecrets[auth] as object), token_secret: 'wrong', secret_access_key: 'wrong' }
    const fields = Object.keys(robotSecrets[auth] as object)
    const given = Object.fromEntries(Object.entries(secret).filter(([name]) => fields.includes(name)))
    assertFault(await connect(auth, given), 400, 'bad_request')
  }
})

test('a service that cannot say is no reason to call the secret wrong', async () => {
  for (const [status, body] of [
    [503, '<html>'],
    [429, { error: 'slow_down' }],
    [500, ''],
  ] as const) {
    service.reply = json(body, status)
    assertFault(await connect('app', robotSecrets['app']), 502, 'upstream_unreachable')
  }
})

test('200 with an error or an empty token is a refusal, a page of something in between is none', async () => {
  for (const body of [{ error: 'bad_secret' }, { access_token: '' }, { access_token: 7 }, 'error=no']) {
    service.reply = json(body)
    assertFault(await connect('app', robotSecrets['app']), 400, 'bad_request')
  }
  for (const [body, status] of [
    ['<html>', 200],
    ['', 200],
    ['<html>', 403],
    ['', 404],
  ] as const) {
    service.reply = json(body, status)
    assertFault(await connect('app', robotSecrets['app']), 502, 'upstream_unreachable')
  }
})

test('what is missing, unknown or no key is told by its field, without its value', async () => {
  const broken = {
    ...(robotSecrets['service_account'] as object),
    private_key: '-----BEGIN PRIVATE KEY-----x',
  }
  const refused = await connect('service_account', broken)
  assertFault(refused, 400, 'bad_request')
  assert.deepEqual(refused.body.fields, [
    { path: 'secret.private_key', message: 'is not a private key that can be read' },
  ])
  const other = await connect('aws', { access_key_id: 'AKIDEXAMPLE', session: 'canary' })
  assert.deepEqual(
    other.body.fields.map(({ path }: { path: string }) => path),
    ['secret.session', 'secret.secret_access_key'],
  )
  assert.ok(!other.text.includes('canary'))
  assert.equal(service.received.length, 0)
})

test('a way that would assume a role is refused before anything is sent or stored', async () => {
  const refused = await connect('role', robotSecrets['aws'])
  assertFault(refused, 400, 'bad_request')
  assert.equal(refused.body.fields[0].path, 'auth')
  assert.equal(service.received.length, 0)
})

test('a variable of the person is checked, and part of every request', async () => {
  const refused = await connect('aws', robotSecrets['aws'], { variables: { tenant: 'Not/one' } })
  assertFault(refused, 400, 'bad_request')
  assert.equal(refused.body.fields[0].path, 'variables.tenant')
  assert.equal(service.received.length, 0)
})

test('fetching a token is in the audit log before the service hears of it', async () => {
  await connect('app', robotSecrets['app'])
  const rows = await serving.calls()
  const own = rows.filter((row) => row['profile_id'] === person.profileId)
  assert.deepEqual(
    own.map((row) => [row['endpoint'], row['state'], row['upstream_status']]),
    [
      ['auth:token', 'done', 200],
      ['get_me', 'done', 200],
    ],
  )
})

test('a dry run shows the way and never what is secret in it', async () => {
  for (const [auth, shown] of [
    ['consumer', 'OAuth ***'],
    ['aws', 'AWS4-HMAC-SHA256 ***'],
    ['app', 'Bearer ***'],
  ]) {
    const { body } = await connect(auth!, robotSecrets[auth!], { account: auth })
    const seen = await serving.call(person.key, 'robot get_me', {}, { connection: auth, dry_run: true })
    assert.equal(seen.body.headers.authorization, shown, `${body}`)
  }
})
