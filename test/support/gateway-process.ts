/** A gateway in a process that a test may kill or freeze. Ends with its test in any case. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cliBundle } from './bundle.ts'
import { cleanEnvironment } from './gateway.ts'
import { poll } from './poll.ts'

export interface MortalGateway {
  url: string
  pid: number
  /** kill -9 */
  kill(): void
  freeze(): void
  thaw(): void
  stop(): Promise<void>
}

let started = 0

/** @param home for the ready file; the gateway's own home is in `env` */
export async function startMortal(home: string, env: Record<string, string>): Promise<MortalGateway> {
  started += 1
  const readyFile = join(home, `ready-${started}`)
  const child = spawn(process.execPath, [cliBundle, 'serve', '--port', '0', '--once-ready-file', readyFile], {
    env: { ...cleanEnvironment(), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)))
  const ended = once(child, 'exit')
  const killAtEnd = (): boolean => child.kill('SIGKILL')
  process.once('exit', killAtEnd)
  void ended.then(() => process.off('exit', killAtEnd))
  let url = ''
  await poll(async () => {
    if (child.exitCode !== null) throw new Error(`The gateway ended before it was ready:\n${said}`)
    url = await readFile(readyFile, 'utf8').catch(() => '')
    return url.endsWith('\n')
  }, 30_000)
  return {
    url: url.trim(),
    pid: child.pid!,
    kill: () => void child.kill('SIGKILL'),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async stop() {
      child.kill('SIGCONT')
      child.kill('SIGTERM')
      await ended
    },
  }
}
