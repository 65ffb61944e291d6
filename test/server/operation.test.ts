import assert from 'node:assert/strict'
import { Agent, request as httpRequest } from 'node:http'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { runCli } from '../support/cli.ts'
import { mapTo, request, ringText, startServing, type Person, type Serving } from '../support/serving.ts'
import { startProcess, type ServerProcess } from '../support/server-process.ts'
import { json } from '../support/upstream.ts'

let serving: Serving
let person: Person
let processes: ServerProcess[] = []

before(async () => {
  serving = await startServing()
  person = await serving.person()
})
after(() => serving?.stop())
beforeEach(() => serving.upstream.reset())
afterEach(async () => {
  await Promise.all(processes.map((each) => each.remove()))
  processes = []
})

function environment(): Record<string, string> {
  return {
    DATABASE_URL: serving.database.url,
    // Fixture skills are compiled there already.
    SKILLETT_HOME: serving.config.home,
    SKILLETT_SECRET_KEYS: ringText,
    SKILLETT_SKILLS: serving.config.skills.join(':'),
    SKILLETT_ORIGIN_MAP: JSON.stringify(mapTo(serving.upstream.origin)),
    SKILLETT_ALLOW_UPSTREAMS: '127.0.0.1',
  }
}

async function start(args: string[] = ['serve'], env: Record<string, string> = {}): Promise<ServerProcess> {
  const started = await startProcess(args, { ...environment(), ...env })
  processes.push(started)
  return started
}

test('a skill without code is known as soon as its folder is there', async () => {
  const server = await start()
  await server.ready()
  const folder = join(server.home, 'dropped')
  await mkdir(join(folder, 'echo/endpoints/things'), { recursive: true })
  await writeFile(
    join(folder, 'echo/SKILL.md'),
    '---\nskillett: 1\nname: echo\ntitle: Echo\ndescription: Say it again.\nversion: 1.0.0\n' +
      'base_url: https://echo.test\nallowed_hosts: [echo.test]\nauth: {type: none}\n---\n# Echo\n',
  )
  await writeFile(
    join(folder, 'echo/endpoints/things/say.md'),
    '---\nskillett: 1\nname: say\ndescription: Say a word.\nmethod: GET\npath: /say/{word}\n' +
      'params:\n  word: {type: string, required: true}\nexamples: [{run: skillett run echo say --word hi}]\n---\n',
  )
  const second = await start(['serve'], {
    SKILLETT_SKILLS: [serving.config.skills[0], folder].join(':'),
    SKILLETT_ORIGIN_MAP: JSON.stringify({ echo: { 'https://echo.test': serving.upstream.origin } }),
  })
  await second.ready()
  serving.upstream.reply = json({ said: 'hi' })
  const env = { SKILLETT_API_URL: second.url, SKILLETT_API_KEY: person.key }
  const listed = await runCli({ args: ['skills'], env })
  assert.equal(listed.exit, 0, listed.stderr)
  assert.match(listed.stdout, /echo/)
  assert.match(listed.stdout, /github/)
  const ran = await runCli({ args: ['run', 'echo', 'say', '--word', 'hi'], env })
  assert.deepEqual([ran.exit, JSON.parse(ran.stdout).data], [0, { said: 'hi' }], ran.stderr)
  assert.equal(serving.upstream.received[0]!.url, '/say/hi')
  const wrong = await runCli({ args: ['run', 'echo', 'say', '--wrod', 'hi'], env })
  assert.notEqual(wrong.exit, 0)
  assert.match(wrong.stderr, /word/)
})

test("a folder with mistakes stops the start with the compiler's report", async () => {
  const server = await start(['serve'], { SKILLETT_SKILLS: '/nowhere/at/all' })
  assert.notEqual(await server.ended, 0)
  assert.match(server.said(), /\/nowhere\/at\/all does not exist/)
  const folder = join(server.home, 'broken')
  await mkdir(join(folder, 'echo/endpoints'), { recursive: true })
  await writeFile(join(folder, 'echo/SKILL.md'), '---\nskillett: 1\nname: echo\ntitel: Echo\n---\n')
  const broken = await start(['serve'], { SKILLETT_SKILLS: folder })
  assert.notEqual(await broken.ended, 0)
  assert.match(broken.said(), /echo\/SKILL\.md:/)
  assert.match(broken.said(), /titel/)
  assert.match(broken.said(), /SKILL_[A-Z_]+/)
})

test('bad configuration lists every variable that is wrong, and exits with 2', async () => {
  const server = await start(['serve'], {
    DATABASE_URL: 'mysql://x',
    PORT: '99999',
    PUBLIC_URL: 'nonsense',
    SKILLETT_ORIGIN_MAP: '{"github":{"https://api.github.com/v3":"x"}}',
    SKILLETT_SECRET_KEYS: 'a:short',
    SKILLETT_ALLOW_UPSTREAMS: '10.0.0.0/99',
  })
  assert.equal(await server.ended, 2)
  const { error } = JSON.parse(server.said())
  assert.deepEqual(error.fields.map((field: { path: string }) => field.path).sort(), [
    'DATABASE_URL',
    'PORT',
    'PUBLIC_URL',
    'SKILLETT_ALLOW_UPSTREAMS',
    'SKILLETT_ORIGIN_MAP',
    'SKILLETT_SECRET_KEYS',
  ])
  assert.deepEqual([error.code, error.exit_code], ['usage', 2])
  assert.doesNotMatch(server.said(), /a:short/)
  const keyless = await start(['serve'], { SKILLETT_SECRET_KEYS: '' })
  assert.equal(await keyless.ended, 2)
  assert.match(keyless.said(), /SKILLETT_SECRET_KEYS must be set/)
})

test('a taken port is told in words, and the process ends', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const server = await start(['serve', '--port', String(port)])
  assert.notEqual(await server.ended, 0)
  assert.match(server.said(), new RegExp(`in use.*${port}|${port}.*(taken|in use)`))
  taken.close()
})

test('a wrong key ring stops the start and changes no row', async (t) => {
  await serving.connect(person.key)
  const digests = () =>
    serving.sql`select id, encode(check_value, 'hex') as value from secret_keys order by id`
  const before = await digests()
  const other = Buffer.alloc(32, 9).toString('base64')
  for (const ring of [`test:${other}`, `new:${other},test:${other}`, `new:${other}`]) {
    const began = performance.now()
    const server = await start(['serve'], { SKILLETT_SECRET_KEYS: ring })
    assert.notEqual(await server.ended, 0)
    t.diagnostic(`refused ${Math.round(performance.now() - began)} ms after the process was started`)
    assert.match(server.said(), /\\"test\\" is missing, or not the one/)
    assert.equal(server.said().includes(other), false)
    assert.deepEqual(await digests(), before)
  }
  const rotated = await start(['serve'], { SKILLETT_SECRET_KEYS: `new:${other},${ringText}` })
  await rotated.ready()
  assert.equal((await request(rotated.url, 'POST', '/v1/acme/list_things', person.key, {})).status, 200)
  await serving.sql`delete from secret_keys where id = 'new'`
})

/** One call on a connection that stays open, as agents' HTTP clients keep theirs. */
function callOn(agent: Agent, url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${person.key}`, 'content-type': 'application/json' }
    httpRequest(`${url}/v1/plain/get_things`, { method: 'POST', agent, headers }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode!))
    })
      .on('error', reject)
      .end('{}')
  })
}

test('the end waits for a hundred calls under way, loses none, and records them', async (t) => {
  const server = await start()
  await server.ready()
  const waiting: (() => void)[] = []
  serving.upstream.reply = (received, response, request) =>
    void waiting.push(() => json({ late: true })(received, response, request))
  const agent = new Agent({ keepAlive: true })
  const calls = Array.from({ length: 100 }, () => callOn(agent, server.url))
  while (waiting.length < 100) await new Promise((resolve) => setImmediate(resolve))
  server.signal('SIGTERM')
  const began = performance.now()
  while (
    await fetch(`${server.url}/healthz`).then(
      (answer) => answer.status === 200,
      () => false,
    )
  )
    await new Promise((resolve) => setImmediate(resolve))
  for (const answer of waiting) answer()
  assert.deepEqual([...new Set(await Promise.all(calls))], [200])
  assert.equal(await server.ended, 0)
  const took = performance.now() - began
  agent.destroy()
  t.diagnostic(`100 calls in flight, 0 dropped, ended ${Math.round(took)} ms after the signal`)
  assert.ok(took < 5_000)
  const rows =
    await serving.sql`select state from skill_calls where endpoint = 'get_things' and state = 'started'`
  assert.equal(rows.length, 0)
})

test('a second signal ends it at once', async (t) => {
  const server = await start()
  await server.ready()
  let arrived = 0
  serving.upstream.reply = () => void (arrived += 1)
  const call = request(server.url, 'POST', '/v1/plain/get_things', person.key, {}).catch(() => 'cut')
  while (arrived === 0) await new Promise((resolve) => setImmediate(resolve))
  server.signal('SIGTERM')
  while (
    await fetch(`${server.url}/healthz`).then(
      (answer) => answer.status === 200,
      () => false,
    )
  )
    await new Promise((resolve) => setImmediate(resolve))
  const began = performance.now()
  server.signal('SIGTERM')
  assert.equal(await server.ended, 143)
  const took = performance.now() - began
  t.diagnostic(`ended ${Math.round(took)} ms after the second signal`)
  assert.ok(took < 1_000)
  assert.equal(await call, 'cut')
})

test('what the process says holds no secret and no key', async () => {
  const server = await start()
  await server.ready()
  const secret = 'canary_0123456789_abc'
  const body = { integration: 'acme', account: 'log', secret }
  await request(server.url, 'POST', '/v1/connect', person.key, body)
  serving.upstream.reply = json({ echo: secret }, 500)
  await request(server.url, 'POST', '/v1/acme/list_things', person.key, { connection: 'log' })
  await serving.sql`update credentials set sealed = wrapped_key`
  const broken = await request(server.url, 'POST', '/v1/acme/list_things', person.key, { connection: 'log' })
  assert.equal(broken.status, 500)
  assert.equal(broken.body.error, 'internal')
  await request(server.url, 'POST', '/v1/connect', person.key, `{"secret":"${secret}"`)
  server.signal('SIGTERM')
  assert.equal(await server.ended, 0)
  assert.match(server.said(), /internal/)
  for (const text of [
    secret,
    person.key,
    ringText.slice(5),
    Buffer.from(secret).toString('base64').slice(0, -3),
  ])
    assert.equal(server.said().includes(text), false)
})
