/**
 * Canaries: known secrets of every way to sign in go through the shipped gateway, against services that echo
 * whatever they are sent, in every encoding. Nothing that comes out may hold one: answers, log, audit, database,
 * command line. The broker's own answer is the one exception.
 */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { buildBundle, cliBundle } from '../support/bundle.ts'
import { runCli } from '../support/cli.ts'
import { cleanEnvironment } from '../support/gateway.ts'
import { makeOAuthGround, type OAuthGround, type Person } from '../support/oauth-ground.ts'
import { startProvider, type Provider } from '../support/provider.ts'
import { playRobot, robotPem, robotSecrets, type Robot } from '../support/robot.ts'
import { findSecrets, formsOf } from '../support/secret-forms.ts'
import { json, startUpstream, type Received, type Reply, type Upstream } from '../support/upstream.ts'

/** Fields of robotSecrets that are no secrets, or not by themselves. */
const open =
  /^(client_id|type|project_id|private_key_id|client_email|app_id|installation_id|key_id|user|username|consumer_key|token|access_key_id|private_key)$/

let service: Upstream
let robot: Robot
let provider: Provider
let ground: OAuthGround
let folder: string
let gateway: ChildProcess
let url: string
let person: Person
let output = ''

/** Name → value. Grows while tokens are given out. */
const secrets = new Map<string, string>()
/** Everything that came out, with where. */
const seen: { where: string; text: string }[] = []

const see = (where: string, text: string): void => void seen.push({ where, text })

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(url + path, {
    method,
    redirect: 'manual',
    headers: { authorization: `Bearer ${person.key}`, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (path !== '/v1/token') see(`${method} ${path}`, `${JSON.stringify([...answer.headers])}\n${text}`)
  return { status: answer.status, headers: answer.headers, text }
}

/** Says back all that it was sent, in every form, in headers too. */
const echo =
  (status: number): Reply =>
  (received, response, request) => {
    const { headers, body } = received
    const basic = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1] ?? ''
    const heard = [
      ...[received.url, ...Object.values(headers), body.toString()].map(String),
      ...new URL(received.url, 'http://x').searchParams.values(),
      ...Buffer.from(basic, 'base64').toString().split(/:(.*)/),
    ]
    const forms = heard.flatMap((text) => [
      ...formsOf(text).map(([, form]) => form),
      ...text.split(/[ :,="]+/).flatMap((word) => formsOf(word).map(([, form]) => form)),
    ])
    const plain = { login: 'robot', heard, forms, error: heard.join(' ') }
    const header = encodeURIComponent(heard.join(' ')).slice(0, 4_000)
    json(plain, status, { 'x-echo': header, 'set-cookie': `echo=${header}` })(received, response, request)
  }

/** Every token that went to a service by name: what it was sent is what must not come back. */
function learnFrom(received: Received[]): void {
  for (const { headers } of received) {
    const [, bearer] = /^(?:Bearer|token) (\S+)$/.exec(headers.authorization ?? '') ?? []
    if (bearer !== undefined) secrets.set(`bearer ${bearer.slice(-8)}`, bearer)
  }
  for (const token of robot.given) secrets.set(`token ${token.slice(-8)}`, token)
}

before(async () => {
  await buildBundle()
  ;[service, provider] = await Promise.all([startUpstream(), startProvider()])
  robot = playRobot(service)
  ground = await makeOAuthGround(provider)
  person = await ground.makePerson()
  folder = await mkdtemp(join(tmpdir(), 'skillett-canary-'))
  const map = JSON.parse(ground.env['SKILLETT_ORIGIN_MAP']!) as Record<string, object>
  const origins = ['https://api.robot.test', 'https://id.robot.test'].map((from) => [from, service.origin])
  const env = {
    ...cleanEnvironment(),
    ...ground.env,
    SKILLETT_SKILLS: `${ground.env['SKILLETT_SKILLS']}:${fileURLToPath(new URL('ways', import.meta.url))}`,
    SKILLETT_ORIGIN_MAP: JSON.stringify({ ...map, robot: Object.fromEntries(origins) }),
  }
  const readyFile = join(folder, 'ready')
  gateway = spawn(process.execPath, [cliBundle, 'serve', '--port', '0', '--once-ready-file', readyFile], {
    env,
  })
  for (const stream of [gateway.stdout!, gateway.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  while (!(url = await readFile(readyFile, 'utf8').catch(() => '')).endsWith('\n')) {
    assert.equal(gateway.exitCode, null, output)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  url = url.trim()
  for (const [way, fields] of Object.entries(robotSecrets))
    for (const [name, value] of Object.entries(fields as Record<string, string>))
      if (!open.test(name)) secrets.set(`${way}.${name}`, value)
  secrets.set('signed.private_key', (robotSecrets['signed'] as { private_key: string }).private_key)
  for (const [i, line] of robotPem.trim().split('\n').slice(1, -1).entries())
    secrets.set(`line ${i} of the key`, line)
  secrets.set('the OAuth app', provider.clientSecret)
  secrets.set('the ring', ground.env['SKILLETT_SECRET_KEYS']!.split(':')[1]!)
})
after(async () => {
  gateway?.kill('SIGTERM')
  if (gateway !== undefined && gateway.exitCode === null) await once(gateway, 'exit')
  await Promise.all([service?.stop(), provider?.stop(), rm(folder, { recursive: true, force: true })])
  await ground?.close()
})

const connect = (way: string, secret: unknown) =>
  ask('POST', '/v1/connect', {
    integration: 'robot',
    account: way,
    auth: way,
    variables: { tenant: 'acme' },
    secret,
  })

test('secrets go in by every way, and out to the services alone', async () => {
  const friendly = service.reply
  for (const [way, secret] of Object.entries(robotSecrets)) {
    service.reply = echo(401)
    assert.notEqual((await connect(way, secret)).status, 200)
    service.reply = friendly
    const connected = await connect(way, secret)
    assert.equal(connected.status, 200, connected.text)
    for (const status of [200, 201, 400, 403, 404, 500]) {
      service.reply = echo(status)
      const answer = await ask('POST', '/v1/robot/find', { connection: way, params: { place: 'a', q: 'b' } })
      assert.equal(answer.status, status === 201 ? 200 : status, answer.text.slice(0, 300))
    }
    service.reply = (received, response, request) =>
      json('', 302, {
        location: `https://evil.test/?${encodeURIComponent(JSON.stringify(received.headers))}`,
      })(received, response, request)
    assert.equal((await ask('POST', '/v1/robot/get_me', { connection: way })).status, 502)
    service.reply = (received, response) => response.end(`not JSON: ${JSON.stringify(received.headers)}`)
    assert.equal((await ask('POST', '/v1/robot/get_me', { connection: way })).status, 200)
    service.reply = friendly
    await ask('POST', '/v1/robot/get_me', { connection: way, dry_run: true })
    learnFrom(service.received)
  }
  const sent = service.received.map(({ url, headers, body }) => `${url} ${JSON.stringify(headers)} ${body}`)
  const found = new Set(findSecrets(sent.join('\n'), secrets).map((each) => each.replace(/ \(.*/, '')))
  for (const name of [
    'app_post.client_secret',
    'log_in.pass',
    'key.api_key',
    'password.password',
    `token ${robot.given[0]!.slice(-8)}`,
  ])
    assert.ok(found.has(name), `the scan does not even find ${name} where it has to be`)
})

test('tokens are renewed, refused and handed out', async () => {
  const friendly = service.reply
  const { access, refresh } = provider.makeGrant()
  const grant = { access, refresh }
  const id = await ground.connect(person, 'ada', grant)
  const learn = async (): Promise<void> => {
    for (const [name, value] of Object.entries(await ground.readTokens(person, id)))
      secrets.set(`${name} ${value.slice(-6)}`, value)
  }
  await learn()
  await ask('POST', '/v1/fake/get_me', {})
  provider.killAccessTokens()
  assert.equal((await ask('POST', '/v1/fake/get_me', {})).status, 200)
  await learn()
  provider.killAccessTokens()
  const said = JSON.stringify([...secrets.values()])
  provider.behaviour.instead.push({
    status: 400,
    body: `{"error":"strange","error_description":${JSON.stringify(said)}}`,
  })
  await ask('POST', '/v1/fake/get_me', {})
  provider.behaviour.instead.push({ status: 502, body: said, type: 'text/html' })
  await ground.sql`update credentials set not_before = null`
  await ask('POST', '/v1/fake/get_me', {})
  robot.expire()
  service.reply = echo(401)
  await ask('POST', '/v1/robot/get_me', { connection: 'app' })
  service.reply = friendly
  await ground.sql`update api_keys set tokens = true`
  const { text, status } = await ask('POST', '/v1/token', { services: ['robot'], connection: 'log_in' })
  assert.equal(status, 200, text)
  assert.ok(findSecrets(text, secrets).length > 0, 'the broker hands out what the scan knows')
  await ask('DELETE', `/v1/connections/${id}`)
})

test('what goes wrong inside is logged without what it was about', async () => {
  await ground.sql`update credentials set sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1)
    where connection_id = (select id from connections where account = 'aws')`
  assert.equal((await ask('POST', '/v1/robot/get_me', { connection: 'aws' })).status, 500)
  await ground.sql`alter table skill_calls rename to skill_calls_away`
  assert.equal((await ask('POST', '/v1/robot/get_me', { connection: 'consumer' })).status, 503)
  assert.equal((await connect('app_post', robotSecrets['app_post'])).status, 503)
  await ground.sql`alter table skill_calls_away rename to skill_calls`
  await ask('POST', '/v1/connect', `{"integration":"robot","secret":"${provider.clientSecret}`)
  assert.match(output, /"code":"internal"/)
})

test('every page, list and command is looked at', async () => {
  const { cookie } = person
  const page = { cookie, accept: 'text/html' }
  const { text } = await ask('GET', '/v1/connections')
  for (const { id } of JSON.parse(text).connections as { id: string }[]) {
    await ask('GET', `/v1/connect/${id}`)
    await ask('POST', `/v1/connections/${id}/verify`, {})
    await ask('GET', `/connections/${id}`, undefined, page)
  }
  const calls = JSON.parse((await ask('GET', '/v1/calls?limit=200')).text).calls as { id: string }[]
  for (const { id } of calls.slice(0, 20)) await ask('GET', `/v1/calls/${id}`)
  for (const path of [
    '/v1/whoami',
    '/v1/services',
    '/v1/skills',
    '/v1/skills/robot',
    '/api-keys',
    '/nothing',
  ])
    await ask('GET', path)
  for (const path of ['/', '/account', '/connections', '/keys', '/calls', '/connect/robot', '/connect/fake'])
    await ask('GET', path, undefined, page)
  const env = { ...ground.env, SKILLETT_API_URL: url, SKILLETT_API_KEY: person.key }
  for (const args of [
    ['connections'],
    ['calls'],
    ['whoami'],
    ['run', 'robot', 'get_me', '--connection', 'consumer'],
    ['run', 'robot', 'get_me', '--connection', 'log_in', '--dry-run'],
    ['admin', 'rotate-secrets'],
    ['admin', 'oauth-app', 'list'],
  ]) {
    const { stdout, stderr } = await runCli({ args, env })
    see(`skillett ${args.join(' ')}`, stdout + stderr)
  }
  const secret = JSON.stringify(robotSecrets['log_in'])
  const args = [
    'connect',
    'robot',
    '--auth',
    'log_in',
    '--set',
    'tenant=acme',
    '--account',
    'again',
    '--secret-stdin',
  ]
  const connected = await runCli({ args, env, stdin: secret })
  assert.equal(connected.exit, 0, connected.stderr)
  see('skillett connect', connected.stdout + connected.stderr)
  learnFrom(service.received)
})

test('no secret came out, in no form: not in an answer, the log, the database, nor on the command line', async (t) => {
  const tables = await ground.sql<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = 'public'`
  for (const { name } of tables) {
    const rows = await ground.sql<
      { row: string }[]
    >`select row_to_json(t)::text as row from ${ground.sql(name)} t`
    see(`table ${name}`, rows.map(({ row }) => row).join('\n'))
  }
  see('log', output)
  const leaks = seen.flatMap(({ where, text }) =>
    findSecrets(text, secrets).map((what) => `${where}: ${what}`),
  )
  const size = seen.reduce((sum, { text }) => sum + text.length, 0)
  t.diagnostic(
    `${secrets.size} secrets in ${formsOf('x').length} forms, ${seen.length} outputs of ${Math.round(size / 1024)} KiB, ${tables.length} tables: ${leaks.length} leaks`,
  )
  assert.deepEqual([...new Set(leaks)], [])
  assert.ok(secrets.size > 20 && seen.length > 100)
})
