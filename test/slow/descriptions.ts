/**
 * The folder of vendors' descriptions that the slow suite works on: SKILLETT_SPECS, else ../shared/specs beside the
 * checkout. They are too large to be part of the project; without them the suite says so and skips.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const packageRoot = fileURLToPath(new URL('../..', import.meta.url))

function findFolder(): string | undefined {
  const named = process.env['SKILLETT_SPECS']
  if (named !== undefined && named !== '') return named
  const beside = join(packageRoot, '../shared/specs')
  return existsSync(beside) ? beside : undefined
}

export const folder = findFolder()

/** For `test(title, {skip}, …)`. */
export const skip =
  folder === undefined ? 'no folder of descriptions: set SKILLETT_SPECS to one, see README' : false

if (skip !== false) process.stderr.write(`\n*** SKIPPED: ${skip} ***\n\n`)

/** Their names by how they end, such as `.json.gz`. */
export function filesEnding(ending: string): string[] {
  return folder === undefined
    ? []
    : readdirSync(folder)
        .filter((name) => name.endsWith(ending))
        .sort()
}

export interface Measured {
  code: number
  out: string
  err: string
  seconds: number
  /** What counts on a machine that does other things as well. */
  cpuSeconds: number
  /** Most that the process ever held, in MB. */
  megabytes: number
}

/** The process tells at its end what it used: kilobytes and microseconds. */
const tellUse = `data:text/javascript,process.on('exit',()=>{const u=process.resourceUsage();process.stderr.write('\\nused '+u.maxRSS+' '+(u.userCPUTime+u.systemCPUTime))})`

/** Runs the author face as a process of its own. */
export async function measure(...argv: string[]): Promise<Measured> {
  const started = performance.now()
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--import', tellUse, join(packageRoot, 'codegen/main.ts'), ...argv],
    { cwd: packageRoot, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number]
  const [used = '', kilobytes = 0, microseconds = 0] = /\nused (\d+) (\d+)$/.exec(err) ?? []
  return {
    code,
    out,
    err: err.slice(0, err.length - used.length),
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: Number(microseconds) / 1e6,
    megabytes: Math.round(Number(kilobytes) / 1024),
  }
}

export function tell(line: string): void {
  process.stdout.write(`# ${line}\n`)
}

/** `1.2 s (1.0 s of work), 130 MB` */
export function describeUse({ seconds, cpuSeconds, megabytes }: Measured): string {
  return `${seconds.toFixed(1)} s (${cpuSeconds.toFixed(1)} s of work), ${megabytes} MB`
}
