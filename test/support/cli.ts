/** Runs the shipped command line as a process of its own, in a fresh home and a fresh working directory. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cliBundle } from './bundle.ts'

export interface CliRun {
  args: string[]
  /** On top of a bare PATH, HOME and TMPDIR. */
  env?: Record<string, string | undefined>
  /** Closed and empty when not given. */
  stdin?: string
  /** Path → content; `cwd/` is the working directory, `home/` the home, `tmp/` the temporary directory. */
  files?: Record<string, string>
  /** Path → what the symlink says. */
  links?: Record<string, string>
  /** Octal rights of files; 0600 without. */
  mode?: number
  /** Called with the process id once the process runs. */
  started?: (pid: number) => void
}

export interface CliResult {
  exit: number | null
  stdout: string
  stderr: string
}

export async function runCli(run: CliRun): Promise<CliResult> {
  const folder = await mkdtemp(join(tmpdir(), 'skillett-cli-'))
  try {
    for (const name of ['home', 'cwd', 'tmp']) await mkdir(join(folder, name))
    for (const [path, content] of Object.entries(run.files ?? {})) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), content, { mode: run.mode ?? 0o600 })
    }
    for (const [path, target] of Object.entries(run.links ?? {})) await symlink(target, join(folder, path))
    return await start(run, folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function start({ args, env, stdin = '', started }: CliRun, folder: string): Promise<CliResult> {
  const child = spawn(process.execPath, [cliBundle, ...args.map((word) => word.replaceAll('{}', folder))], {
    cwd: join(folder, 'cwd'),
    env: {
      PATH: process.env['PATH'],
      HOME: join(folder, 'home'),
      TMPDIR: join(folder, 'tmp'),
      ...Object.fromEntries(
        Object.entries(env ?? {}).map(([name, value]) => [name, value?.replaceAll('{}', folder)]),
      ),
    },
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  // A process that ends without reading its stdin is no mistake of the test.
  child.stdin.on('error', () => {})
  child.stdin.end(stdin)
  started?.(child.pid!)
  const [exit] = (await once(child, 'close')) as [number | null]
  return { exit, ...output }
}
