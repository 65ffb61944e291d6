/**
 * `skillett dev`: compiles into a folder of its own at every change of the skills, and has a gateway serve that
 * folder. While a mistake stands, nothing is written, so that the last good version goes on being served.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, type Built } from './build.ts'
import type { Store } from './cache/store.ts'
import type { Units } from './cache/units.ts'
import { plural } from './report.ts'
import type { Problem } from './problem.ts'
import type { Reading } from './read.ts'
import { watchFolders } from './watch.ts'

export interface Development {
  /** Skill folders, absolute. */
  dirs: string[]
  read(): Reading
  /** Where to compile to; nothing else lies there. */
  out: string
  compiler: string
  store: Store | undefined
  /** The gateway's command line, without its flags. */
  gateway: string[]
  flags: string[]
  print(problems: readonly Problem[], reading: Reading): string
  say(text: string): void
}

/** How long a gateway may take to serve what it was told to. */
const reloadMs = 10_000
const pollMs = 2

/** Until the gateway ends or a signal comes; resolves to the exit code. */
export async function develop(development: Development): Promise<number> {
  const { dirs, out, say } = development
  mkdirSync(out, { recursive: true, mode: 0o700 })
  const warm = new Map<string, Units>()
  let failing = !(await round(development, warm)).files
  if (failing && !existsSync(join(out, 'index.json'))) say('Waiting for the mistakes to be put right.\n')

  const scratch = mkdtempSync(join(tmpdir(), 'skillett-dev-'))
  const readyFile = join(scratch, 'ready')
  let gateway: ChildProcess | undefined
  let end: (code: number) => void = () => {}
  const ended = new Promise<number>((resolve) => (end = resolve))
  const start = (): void => {
    const [command = '', ...args] = development.gateway
    const flags = [...development.flags, '--skills', out, '--once-ready-file', readyFile]
    // Out of the terminal's group: Ctrl-C would end it once, and its parent's word a second time, in haste.
    gateway = spawn(command, [...args, ...flags], { stdio: ['ignore', 'inherit', 'inherit'], detached: true })
    gateway.once('error', (error) => (say(`The gateway did not start: ${error.message}\n`), end(1)))
    gateway.once('exit', (code) => end(code ?? 1))
  }
  const stop = (): void => void (gateway ? gateway.kill('SIGTERM') : end(0))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)

  const serveAgain = async (): Promise<void> => {
    if (!gateway) return start()
    // One that is still starting reads the folder when it is done.
    await appearance(readyFile)
    rmSync(readyFile, { force: true })
    gateway.kill('SIGHUP')
    await appearance(readyFile)
  }
  const change = async (): Promise<void> => {
    const begun = performance.now()
    const { files, remember } = await round(development, warm)
    if (!files) {
      failing = true
      if (gateway) say('Still serving the last version without mistakes.\n')
      return
    }
    const changed = [...files.written, ...files.removed]
    if (changed.length > 0 || !gateway) await serveAgain()
    if (changed.length > 0 || failing)
      say(`${describe(changed)}, live in ${Math.round(performance.now() - begun)} ms\n`)
    failing = false
    remember()
  }
  let queue: Promise<void> = Promise.resolve()
  const unwatch = watchFolders(dirs, () => {
    queue = queue.then(change).catch((error: Error) => say(`Not compiled: ${error.message}\n`))
  })
  if (existsSync(join(out, 'index.json'))) start()
  const code = await ended
  unwatch()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop)
  rmSync(scratch, { recursive: true, force: true })
  return code
}

async function round(development: Development, warm: Map<string, Units>): Promise<Built> {
  const { out, compiler, store } = development
  const reading = development.read()
  const built = await build({ reading, dir: out, dataOnly: true, compiler, store, warm })
  // Warnings were printed by the round that wrote them; with each change they would bury its one line.
  if (!built.files) development.say(development.print(built.problems, reading))
  return built
}

async function appearance(file: string): Promise<void> {
  const latest = performance.now() + reloadMs
  while (!existsSync(file) && performance.now() < latest)
    await new Promise((resolve) => setTimeout(resolve, pollMs))
}

/** `github/create_issue changed`, or how many. */
function describe(changed: readonly string[]): string {
  const names = new Set(
    changed.flatMap((path) => /^([^/]+)\/endpoints\/([^/]+)\.json$/.exec(path)?.slice(1).join('/') ?? []),
  )
  const integrations = new Set(
    changed.map((path) => path.split('/')[0]!).filter((name) => name !== 'index.json'),
  )
  const [first] = names.size > 0 ? names : integrations
  if (changed.length === 0) return 'Nothing changed'
  if (names.size > 1) return `${plural(names.size, 'endpoint')} changed`
  return `${first ?? 'The index'} changed`
}
