/** The compiler's cache: it makes no difference but time, and nothing that others or chance put there is believed. */
import assert from 'node:assert/strict'
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { main } from '../../codegen/main.ts'
import { digestOf, openStore } from '../../codegen/cache/store.ts'
import { demoEndpoint, demoSkill, scratchFolder } from '../support/compiler.ts'

const scratch = scratchFolder()
let folders = 0

/** A skills folder of a dozen endpoints, an output folder and a cache of its own. */
function prepare(): { skills: string; out: string; cache: string; file: (name: string) => string } {
  const dir = join(scratch, String(++folders))
  const file = (name: string): string => join(dir, `skills/demo/endpoints/things/${name}.md`)
  mkdirSync(join(dir, 'skills/demo/endpoints/things'), { recursive: true })
  writeFileSync(join(dir, 'skills/demo/SKILL.md'), demoSkill)
  for (let index = 0; index < 12; index++)
    writeFileSync(file(`thing_${index}`), demoEndpoint.replaceAll('make_thing', `thing_${index}`))
  process.env['XDG_CACHE_HOME'] = join(dir, 'cache')
  return {
    skills: join(dir, 'skills'),
    out: join(dir, 'out'),
    cache: join(dir, 'cache/skillett/compile'),
    file,
  }
}

async function build(
  skills: string,
  out: string,
  ...more: string[]
): Promise<{ code: number; said: string }> {
  let said = ''
  const stderr = { write: (text: string) => (said += text) }
  return {
    code: await main(['build', '--skills', skills, '--out', out, ...more], { stdout: stderr, stderr }),
    said,
  }
}

function contents(dir: string): Record<string, string> {
  const names = readdirSync(dir, { recursive: true }).map(String).sort()
  return Object.fromEntries(
    names
      .filter((name) => statSync(join(dir, name)).isFile())
      .map((name) => [name, readFileSync(join(dir, name), 'utf8')]),
  )
}

/** What a build without any cache makes of the same skills. */
async function fresh(skills: string, name: string): Promise<Record<string, string>> {
  process.env['XDG_CACHE_HOME'] = join(scratch, `no-cache-${name}`)
  const out = join(scratch, `fresh-${name}`)
  assert.equal((await build(skills, out)).code, 0)
  return contents(out)
}

test('after a change, an addition and a removal the output is that of a build without a cache', async () => {
  const { skills, out, file } = prepare()
  const cache = process.env['XDG_CACHE_HOME']!
  await build(skills, out)
  writeFileSync(
    file('thing_3'),
    readFileSync(file('thing_3'), 'utf8').replace('Make a thing.', 'Make it better.'),
  )
  writeFileSync(file('more'), demoEndpoint.replaceAll('make_thing', 'more'))
  rmSync(file('thing_5'))
  const { said } = await build(skills, out)
  assert.match(said, /: 8 written, 2 removed/)
  assert.deepEqual(contents(out), await fresh(skills, 'changed'))
  process.env['XDG_CACHE_HOME'] = cache
  appendFileSync(join(skills, 'demo/SKILL.md'), 'More prose.\n')
  await build(skills, out)
  assert.deepEqual(contents(out), await fresh(skills, 'prose'))
})

test('a cache alone gives back a whole output folder', async () => {
  const { skills, out } = prepare()
  await build(skills, out)
  const first = contents(out)
  rmSync(out, { recursive: true })
  await build(skills, out)
  assert.deepEqual(contents(out), first)
})

test('warnings are printed again when nothing has changed', async () => {
  const { skills, out, file } = prepare()
  writeFileSync(file('thing_1'), readFileSync(file('thing_1'), 'utf8').replace(/examples:.*\n/, ''))
  const first = await build(skills, out)
  const second = await build(skills, out)
  assert.match(second.said, /warning SKILL_EXAMPLE_MISSING[\s\S]*: 0 written/)
  assert.equal(second.said.split('\n').slice(0, -2).join(), first.said.split('\n').slice(0, -2).join())
})

test('an output file that somebody changed is put right, also with its old time and size', async () => {
  const { skills, out } = prepare()
  await build(skills, out)
  const file = join(out, 'demo/endpoints/thing_2.json')
  const text = readFileSync(file, 'utf8')
  const { atime, mtime } = statSync(file)
  writeFileSync(file, text.replace('thing_2', 'thing_9'))
  utimesSync(file, atime, mtime)
  assert.match((await build(skills, out)).said, /: 1 written/)
  assert.equal(readFileSync(file, 'utf8'), text)
})

test('--check reads every byte and believes no cache', async () => {
  const { skills, out, cache } = prepare()
  await build(skills, out)
  const file = join(out, 'demo/validators/thing_2.cjs')
  writeFileSync(file, `${readFileSync(file, 'utf8')} `)
  // A state that calls the damage right.
  const store = openStore(cache)!
  const name = readdirSync(cache).find((entry) => entry.endsWith('.state'))!
  const state = JSON.parse(store.read(name)!)
  const { size, mtimeMs, ctimeMs, ino } = statSync(file)
  const damaged = [size, mtimeMs, ctimeMs, ino, digestOf(readFileSync(file, 'utf8'))]
  state.files['demo/validators/thing_2.cjs'] = damaged
  store.write(name, JSON.stringify({ ...state, takenMs: Date.now() + 60_000 }))
  assert.equal((await build(skills, out, '--check')).code, 1)
})

test('entries that were damaged, cut short or emptied are as if they were not there', async () => {
  const { skills, out, cache, file } = prepare()
  const damages: Record<string, (text: string) => string> = {
    damaged: (text) => text.replaceAll('Make a thing.', 'Make a thief.'),
    short: (text) => text.slice(0, text.length / 2),
    empty: () => '',
  }
  for (const [name, damage] of Object.entries(damages)) {
    process.env['XDG_CACHE_HOME'] = join(cache, '../..')
    await build(skills, out)
    for (const entry of readdirSync(cache))
      writeFileSync(join(cache, entry), damage(readFileSync(join(cache, entry), 'utf8')))
    rmSync(out, { recursive: true, force: true })
    appendFileSync(file('thing_1'), `${name}\n`)
    assert.equal((await build(skills, out)).code, 0, name)
    assert.deepEqual(contents(out), await fresh(skills, name), name)
  }
})

test('a cache that others may write to is not used', async () => {
  const { skills, out, cache } = prepare()
  await build(skills, out)
  assert.equal(statSync(cache).mode & 0o777, 0o700)
  const [entry] = readdirSync(cache)
  const store = openStore(cache)!
  assert.ok(store.read(entry!) !== undefined)
  chmodSync(join(cache, entry!), 0o666)
  assert.equal(store.read(entry!), undefined)
  chmodSync(cache, 0o777)
  assert.equal(openStore(cache), undefined)
})

test('another place for the same skills has problems with names of its own', async () => {
  const { skills, out } = prepare()
  await build(skills, out)
  const copy = join(scratch, 'copy')
  cpSync(skills, copy, { recursive: true })
  const file = join(copy, 'demo/endpoints/things/thing_1.md')
  writeFileSync(file, readFileSync(file, 'utf8').replace(/examples:.*\n/, ''))
  assert.ok((await build(copy, out)).said.includes(file))
})
