/** The operator's side of the bundle as a process of its own, with its signals, its exit code and what it says. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { cliBundle } from './bundle.ts'
import { cleanEnvironment } from './gateway.ts'

export interface ServerProcess {
  /** Where it answers; '' until `ready`. */
  url: string
  home: string
  said(): string
  signal(name: NodeJS.Signals): void
  /** @throws Error when it ends instead */
  ready(): Promise<void>
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | string>
  /** Ends it, if it has not ended, and removes its home. */
  remove(): Promise<void>
}

/** @param args such as `serve`; `serve` gets a free port and its ready file */
export async function startProcess(args: string[], env: Record<string, string> = {}): Promise<ServerProcess> {
  const home = await mkdtemp(join(tmpdir(), 'skillett-process-'))
  const readyFile = join(home, 'ready')
  const serving = args[0] === 'serve' ? ['--once-ready-file', readyFile] : []
  const child = spawn(process.execPath, [cliBundle, ...args, ...serving], {
    env: { ...cleanEnvironment(), SKILLETT_HOME: home, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  let over = false
  const ended = once(child, 'close').then(([code, signal]) => {
    over = true
    return (code ?? signal) as number | string
  })
  const server: ServerProcess = {
    url: '',
    home,
    said: () => said,
    signal: (name) => void child.kill(name),
    ended,
    async ready() {
      while (!existsSync(readyFile) || !server.url.endsWith('\n')) {
        if (over) throw new Error(`It ended before it was ready:\n${said}`)
        await delay(10)
        server.url = await readFile(readyFile, 'utf8').catch(() => '')
      }
      server.url = server.url.trim()
    },
    async remove() {
      if (!over) child.kill('SIGKILL')
      await ended
      await rm(home, { recursive: true, force: true })
    },
  }
  return server
}
