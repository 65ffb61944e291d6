/**
 * The compiler on GitHub's whole description, imported to markdown first, beside generators that start from the
 * description itself and emit less. Whole processes, in turns. Needs the folder of descriptions:
 * SKILLETT_SPECS, or ../shared/specs beside the checkout.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { median, packageRoot, plainEnvironment } from './process.ts'
import { table } from './table.ts'
import { installYardsticks, yardstickFolder } from './yardsticks.ts'

const rounds = 3

interface Timed {
  seconds: number
  /** Peak of resident memory; NaN where /usr/bin/time is missing. */
  megabytes: number
}

export async function benchCompile(): Promise<string> {
  const specs = process.env['SKILLETT_SPECS'] ?? join(packageRoot, '../shared/specs')
  const packed = join(specs, 'github.json.gz')
  if (!existsSync(packed))
    return `Compiler: skipped, there is no ${packed}; name the folder in SKILLETT_SPECS\n`
  installYardsticks()
  const folder = await mkdtemp(join(tmpdir(), 'skillett-compile-'))
  const spec = join(folder, 'github.json')
  await writeFile(spec, gunzipSync(await readFile(packed)))
  const skills = join(folder, 'skills')
  run(skillett('import', 'openapi', spec, '--integration', 'github-all', '--out', skills))
  const endpoints = readdirSync(skills, { recursive: true }).filter((file) =>
    /endpoints.*\.md$/.test(String(file)),
  )
  const build = skillett('build', '--skills', skills, '--out', join(folder, 'out'))
  const changed = join(skills, String(endpoints[0]))

  const variants: [string, string[], (() => Promise<unknown>)?][] = [
    ['openapi-typescript, types alone', [bin('openapi-typescript'), spec, '-o', join(folder, 'types.ts')]],
    ['@hey-api/openapi-ts, types and client', [bin('openapi-ts'), '-i', spec, '-o', join(folder, 'hey')]],
    ['skillett build, everything', build, () => forget(folder)],
    ['skillett build, one file changed', build, () => appendFile(changed, '\nOne more line.\n')],
    ['skillett build, nothing changed', build],
    ['node -e 0', ['-e', '0']],
  ]
  const results = new Map<string, Timed[]>(variants.map(([name]) => [name, []]))
  for (let round = 0; round < rounds; round += 1)
    for (const [name, args, prepare] of variants) {
      await prepare?.()
      results.get(name)!.push(run(args, cacheOf(folder)))
    }
  await rm(folder, { recursive: true, force: true })
  const base = median(results.get(variants[0]![0])!.map((timed) => timed.seconds))
  const rows = [...results].map(([name, list]) => {
    const seconds = median(list.map((timed) => timed.seconds))
    const memory = median(list.map((timed) => timed.megabytes))
    return [
      name,
      seconds.toFixed(3),
      (seconds / base).toFixed(2),
      Number.isNaN(memory) ? '?' : memory.toFixed(0),
    ]
  })
  const head = ['command', 'median s', 'ratio', 'peak MB']
  return `Compiler: ${endpoints.length} endpoints of GitHub, ${rounds} rounds\n${table(head, rows)}`
}

function skillett(...args: string[]): string[] {
  return [join(packageRoot, 'dist/skillett.cjs'), ...args]
}

function bin(name: string): string {
  return join(yardstickFolder, 'node_modules/.bin', name)
}

/** The compiler's cache lives in a folder of this benchmark. */
function cacheOf(folder: string): Record<string, string> {
  return { XDG_CACHE_HOME: join(folder, 'cache') }
}

async function forget(folder: string): Promise<void> {
  for (const name of ['cache', 'out']) await rm(join(folder, name), { recursive: true, force: true })
}

function run(args: string[], env: Record<string, string> = {}): Timed {
  const timer = existsSync('/usr/bin/time') ? ['/usr/bin/time', '-f', '%M'] : []
  const [command = '', ...rest] = [...timer, process.execPath, ...args]
  const started = performance.now()
  const done = spawnSync(command, rest, { cwd: packageRoot, env: { ...plainEnvironment, ...env } })
  const seconds = (performance.now() - started) / 1000
  if (done.status !== 0) throw new Error(`${args.join(' ')} ended with ${done.status}: ${done.stderr}`)
  const kilobytes = timer.length === 0 ? Number.NaN : Number(String(done.stderr).trim().split('\n').at(-1))
  return { seconds, megabytes: kilobytes / 1024 }
}
