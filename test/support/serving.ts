/**
 * The gateway inside the test's own process: the real `serve`, on a database of its own, with the package's skills
 * and those of test/server/skills, whose hosts are all mapped to one upstream.
 */
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readConfig, type Config } from '../../server/config.ts'
import { createKey, type KeyRequest } from '../../server/db/keys.ts'
import { createProfile } from '../../server/db/profiles.ts'
import { openDatabase, type Sql } from '../../server/db/sql.ts'
import { serve, type Running } from '../../server/serve.ts'
import { sweepHomes } from './home.ts'
import { createDatabase, type TestDatabase } from './pg.ts'
import { startUpstream, type Upstream } from './upstream.ts'

export const ringText = `test:${Buffer.alloc(32, 7).toString('base64')}`

export const fixtureSkills = fileURLToPath(new URL('../server/skills', import.meta.url))
const packageSkills = fileURLToPath(new URL('../../skills', import.meta.url))

export interface Answer {
  status: number
  headers: Headers
  text: string
  /** The parsed body; undefined when it is not JSON. */
  body: any
}

export interface Person {
  profileId: string
  email: string
  key: string
  keyId: string
}

export interface Serving {
  url: string
  config: Config
  database: TestDatabase
  /** For looking behind the gateway's back. */
  sql: Sql
  upstream: Upstream
  person(plan?: string, key?: Partial<KeyRequest>): Promise<Person>
  key(person: Person, key?: Partial<KeyRequest>): Promise<{ key: string; keyId: string }>
  request(method: string, path: string, key?: string | null, body?: unknown): Promise<Answer>
  call(key: string, name: string, params?: unknown, rest?: Record<string, unknown>): Promise<Answer>
  /** Connects acme, or what `rest` says, and expects it to work. */
  connect(key: string, rest?: Record<string, unknown>): Promise<Answer>
  /** A second gateway on the same database. */
  another(change?: Partial<Config>): Promise<{ url: string; stop(): Promise<void> }>
  /** Outcomes are written behind the answers: waits until none is missing. */
  calls(): Promise<Record<string, any>[]>
  stop(): Promise<void>
}

export async function startServing(change: Partial<Config> = {}): Promise<Serving> {
  const [database, upstream, home] = await Promise.all([createDatabase(), startUpstream(), fixtureHome()])
  const config: Config = {
    ...readConfig({ port: '0' }, { DATABASE_URL: database.url, SKILLETT_SECRET_KEYS: ringText }),
    home,
    skills: [packageSkills, fixtureSkills],
    originMap: mapTo(upstream.origin),
    allowUpstreams: ['127.0.0.1'],
    ...change,
  }
  const running: Running[] = [await serve(config)]
  const url = running[0]!.url
  const sql = openDatabase(database.url, 2)
  let people = 0
  const serving: Serving = {
    url,
    config,
    database,
    sql,
    upstream,
    async person(plan = 'unlimited', key = {}) {
      const email = `person${(people += 1)}@example.com`
      const profile = await createProfile(sql, email, plan)
      assert.ok(typeof profile === 'object', String(profile))
      const person = { profileId: profile.id, email, key: '', keyId: '' }
      return { ...person, ...(await serving.key(person, key)) }
    },
    async key({ profileId }, key = {}) {
      const asked = { name: 'test', scopes: ['*'], readOnly: false, expiresAt: null, ...key }
      const made = await createKey(sql, profileId, asked)
      assert.ok('fullKey' in made)
      return { key: made.fullKey, keyId: made.apiKey.id }
    },
    request: (method, path, key, body) => request(url, method, path, key, body),
    call: (key, name, params = {}, rest = {}) =>
      request(url, 'POST', `/v1/${name.replace(' ', '/')}`, key, { params, ...rest }),
    async connect(key, rest = {}) {
      const body = { integration: 'acme', secret: 'acme_secret_0123456789', ...rest }
      const answer = await request(url, 'POST', '/v1/connect', key, body)
      assert.equal(answer.status, 200, answer.text)
      return answer
    },
    async another(other = {}) {
      const second = await serve({ ...config, ...other })
      running.push(second)
      return second
    },
    calls: () => settledCalls(sql),
    async stop() {
      await Promise.all(running.map((each) => each.stop()))
      await sql.end()
      await upstream.stop()
      await database.drop()
    },
  }
  return serving
}

/** @param body an object is sent as JSON, text as it is */
export async function request(
  url: string,
  method: string,
  path: string,
  key?: string | null,
  body?: unknown,
): Promise<Answer> {
  const answer = await fetch(url + path, {
    method,
    headers: {
      ...(key == null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return read(answer)
}

async function read(answer: Response): Promise<Answer> {
  const text = await answer.text()
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    // Not every answer is JSON; the text is there.
  }
  return { status: answer.status, headers: answer.headers, text, body }
}

/** Asserts one of Skillett's own errors, in its whole shape. */
export function assertFault(answer: Answer, status: number, code: string): void {
  assert.deepEqual([answer.status, answer.body?.error], [status, code], answer.text)
  assert.equal(answer.body.request_id, answer.headers.get('x-request-id'))
  assert.equal(typeof answer.body.message, 'string')
}

/** The declared origins of the fixture skills. */
export function mapTo(origin: string): Config['originMap'] {
  const hosts = {
    acme: 'api.acme.test',
    bulk: 'bulk.test',
    ledger: 'ledger.test',
    tenant: 'acme.tenant.test',
    plain: 'plain.test',
  }
  return Object.fromEntries(
    Object.entries(hosts).map(([name, host]) => [name, { [`https://${host}`]: origin }]),
  )
}

/** One compiled-skills cache for all test files of a run: the runner is the parent of each. */
async function fixtureHome(): Promise<string> {
  await sweepHomes('fixtures')
  const home = join(tmpdir(), `skillett-fixtures-${process.ppid}`)
  await mkdir(home, { recursive: true })
  await writeFile(join(home, 'owner'), String(process.ppid))
  return home
}

async function settledCalls(sql: Sql): Promise<Record<string, any>[]> {
  const end = Date.now() + 5_000
  for (;;) {
    const rows = await sql`select * from skill_calls order by id`
    if (rows.every((row) => row['state'] !== 'started') || Date.now() > end) return rows
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
