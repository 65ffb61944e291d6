/**
 * From starting `serve` to the first answered call, with ten endpoints and with ten thousand, in turns. The skills
 * are compiled once, and published once by a start that is not counted: what counts is every start after the first.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Ground } from './ground.ts'
import { median, packageRoot, plainEnvironment, start, stop } from './process.ts'
import { table } from './table.ts'

const sizes = [10, 10_000]
const rounds = 9

export async function benchStartUp(ground: Ground): Promise<string> {
  const folders = sizes.map((size) => compileSkills(ground.home, size))
  // Of its own, or each start would find what the other has published.
  const databases = await Promise.all(sizes.map((size) => createDatabase(ground, `start_up_${size}`)))
  const times = sizes.map(() => [] as number[])
  for (let round = 0; round <= rounds; round += 1)
    for (const [index, folder] of folders.entries()) {
      const took = await timeStart(ground, folder, databases[index]!)
      if (round > 0) times[index]!.push(took)
    }
  const base = median(times[0]!)
  const rows = sizes.map((size, index) => {
    const middle = median(times[index]!)
    const least = Math.min(...times[index]!)
    return [`${size} endpoints`, middle.toFixed(0), least.toFixed(0), (middle - base).toFixed(0)]
  })
  return `Start-up: ${rounds} rounds in turns\n${table(['catalogue', 'median ms', 'best ms', 'later by'], rows)}`
}

function compileSkills(home: string, size: number): string {
  const name = `size${size}`
  const folder = join(home, `${name}-skills`, name)
  mkdirSync(join(folder, 'endpoints/things'), { recursive: true })
  const skill = [
    `name: ${name}`,
    'description: Many things.',
    'base_url: https://api.example.com',
    'auth: {type: bearer}',
  ]
  writeFileSync(join(folder, 'SKILL.md'), ['---', 'skillett: 1', ...skill, '---', ''].join('\n'))
  for (let index = 0; index < size; index += 1) {
    const endpoint = [`name: thing_${index}`, 'description: One.', 'method: GET', `path: /things/${index}`]
    const example = `examples: [{run: skillett run ${name} thing_${index}}]`
    const lines = ['---', 'skillett: 1', ...endpoint, example, '---', '']
    writeFileSync(join(folder, `endpoints/things/thing_${index}.md`), lines.join('\n'))
  }
  const out = join(home, `${name}-compiled`)
  const args = ['dist/skillett.cjs', 'build', '--skills', join(folder, '..'), '--out', out]
  const env = { ...plainEnvironment, XDG_CACHE_HOME: join(home, 'cache') }
  const done = spawnSync(process.execPath, args, { cwd: packageRoot, env })
  if (done.status !== 0) throw new Error(String(done.stderr))
  return out
}

/** Left empty: the first start, which is not counted, migrates it. */
async function createDatabase({ sql, databaseUrl }: Ground, name: string): Promise<string> {
  await sql`create database ${sql(name)}`
  const url = new URL(databaseUrl)
  url.pathname = `/${name}`
  return url.href
}

async function timeStart(ground: Ground, folder: string, databaseUrl: string): Promise<number> {
  const ready = join(ground.home, 'start-up-ready')
  rmSync(ready, { force: true })
  const begun = performance.now()
  const child = start(
    'server',
    ['dist/skillett.cjs', 'serve', '--port', '0', '--skills', folder, '--once-ready-file', ready],
    {
      DATABASE_URL: databaseUrl,
      SKILLETT_HOME: ground.home,
      SKILLETT_SECRET_KEYS: `bench:${Buffer.alloc(32, 7).toString('base64')}`,
    },
  )
  while (!existsSync(ready) || !(await readFile(ready, 'utf8')).endsWith('\n')) {
    if (child.exitCode !== null) throw new Error(`the gateway ended with ${child.exitCode}`)
    await delay(1)
  }
  const took = performance.now() - begun
  await stop(child)
  return took
}
