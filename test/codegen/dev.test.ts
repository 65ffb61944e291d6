/** `skillett dev` as a process, with its gateway: a change is live at once, a mistake changes nothing that is served. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { createKey } from '../../server/db/keys.ts'
import { createProfile } from '../../server/db/profiles.ts'
import { openDatabase } from '../../server/db/sql.ts'
import { buildBundle } from '../support/bundle.ts'
import { demoSkill, scratchFolder } from '../support/compiler.ts'
import { createDatabase, type TestDatabase } from '../support/pg.ts'
import { startProcess, type ServerProcess } from '../support/server-process.ts'

const endpoints = 1_000
const rounds = 7
const scratch = scratchFolder()
const skills = join(scratch, 'skills')
const files = join(skills, 'demo/endpoints/things')

let database: TestDatabase
let key: string
let dev: ServerProcess
let url: string

function endpointFile(name: string, description: string): void {
  const params = Array.from({ length: 8 }, (_, index) => `  p${index}: {type: string, description: A value.}`)
  const example = `examples: [{run: skillett run demo ${name}}]`
  const lines = [
    '---',
    'skillett: 1',
    `name: ${name}`,
    `description: ${description}`,
    'method: GET',
    `path: /${name}`,
  ]
  writeFileSync(
    join(files, `${name}.md`),
    [...lines, 'params:', ...params, example, '---', 'Notes.', ''].join('\n'),
  )
}

function get(path: string): Promise<{ description?: string }> {
  return new Promise((resolve, reject) => {
    const call = request(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } }, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (text: string) => (body += text))
      answer.on('end', () => resolve(JSON.parse(body)))
    })
    call.on('error', reject).end()
  })
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const latest = performance.now() + 60_000; !(await holds()); await delay(2))
    assert.ok(performance.now() < latest, `${what}\n${dev.said().slice(-2000)}`)
}

async function describes(name: string, description: string): Promise<boolean> {
  return (await get(`/v1/skills/demo/${name}`)).description === description
}

before(async () => {
  await buildBundle()
  mkdirSync(files, { recursive: true })
  writeFileSync(join(skills, 'demo/SKILL.md'), demoSkill)
  for (let index = 0; index < endpoints; index++) endpointFile(`thing_${index}`, 'As it was.')
  database = await createDatabase()
  const sql = openDatabase(database.url, 1)
  const profile = await createProfile(sql, 'author@example.com', 'unlimited')
  assert.ok(typeof profile !== 'string')
  const wanted = { name: 'dev', scopes: ['*'], readOnly: false, expiresAt: null }
  const created = await createKey(sql, profile.id, wanted)
  assert.ok('fullKey' in created)
  key = created.fullKey
  await sql.end()
  dev = await startProcess(['dev', '--skills', skills, '--port', '0'], {
    DATABASE_URL: database.url,
    SKILLETT_SECRET_KEYS: `dev:${Buffer.alloc(32, 7).toString('base64')}`,
    XDG_CACHE_HOME: join(scratch, 'cache'),
  })
  await until('the gateway answers', () => dev.said().includes('Skillett answers at'))
  url = /Skillett answers at (\S+)/.exec(dev.said())![1]!
})

after(async () => {
  await dev?.remove()
  await database?.drop()
})

test('a change of one file among a thousand is live in under 300 ms', async (t) => {
  const took: number[] = []
  for (let round = 0; round < rounds; round++) {
    const description = `Changed ${round} times.`
    const begun = performance.now()
    endpointFile('thing_7', description)
    await until('the change is live', () => describes('thing_7', description))
    took.push(performance.now() - begun)
    await until('it is told', () => dev.said().split('demo/thing_7 changed, live in').length === round + 2)
  }
  const best = Math.min(...took)
  // What a process start takes longer here than on a machine at rest, everything does.
  const starts = Array.from({ length: 5 }, () => {
    const begun = performance.now()
    spawnSync(process.execPath, ['-e', '0'])
    return performance.now() - begun
  })
  const slowness = Math.max(1, Math.min(...starts) / 50)
  t.diagnostic(
    `live in ${took.map(Math.round).join(', ')} ms; this machine is slowed down ${slowness.toFixed(1)} times`,
  )
  assert.ok(best < 300 * slowness, `${best} ms`)
})

test('a mistake is shown with its place, and the last good version goes on being served', async () => {
  writeFileSync(join(files, 'thing_8.md'), '---\nskillett: 1\nname: thing_8\nmethod: GETT\n---\n')
  await until('the mistake is shown', () => /thing_8\.md:4:9 error SKILL_WRONG_VALUE/.test(dev.said()))
  await until('it says what is served', () => dev.said().includes('Still serving the last version'))
  assert.match(dev.said(), /> 4 \| method: GETT\n\s+\| {9}\^\^\^\^/)
  assert.ok(await describes('thing_8', 'As it was.'))
  endpointFile('thing_8', 'Put right.')
  await until('the cure is live', () => describes('thing_8', 'Put right.'))
})

test('a file that is new, and one that is gone, are noticed', async () => {
  endpointFile('thing_new', 'Fresh.')
  await until('the new one is live', () => describes('thing_new', 'Fresh.'))
  rmSync(join(files, 'thing_new.md'))
  await until('it is gone', async () => !(await describes('thing_new', 'Fresh.')))
  mkdirSync(join(skills, 'demo/endpoints/others'))
  await until('the folder was seen', async () => {
    writeFileSync(
      join(skills, 'demo/endpoints/others/other.md'),
      '---\nskillett: 1\nname: other\ndescription: Apart.\nmethod: GET\npath: /o\nexamples: [{run: skillett run demo other}]\n---\n',
    )
    await delay(100)
    return describes('other', 'Apart.')
  })
})

test('Ctrl-C ends it and its gateway', async () => {
  dev.signal('SIGINT')
  assert.equal(await dev.ended, 0)
  await assert.rejects(get('/healthz'), /ECONNREFUSED/)
})
