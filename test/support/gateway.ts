/** The gateway as its users run it: the bundle in a process of its own, on a free port of 127.0.0.1. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { cliBundle } from './bundle.ts'

export interface GatewayProcess {
  url: string
  /** Lets it finish what is under way. */
  stop(): Promise<void>
}

/**
 * @param env settings, DESIGN's names; nothing of the surrounding environment that would change the gateway
 * @throws Error when it ends before it answers; what it said is on stderr
 */
export async function startGateway(home: string, env: Record<string, string> = {}): Promise<GatewayProcess> {
  const readyFile = join(home, 'ready')
  await rm(readyFile, { force: true })
  const keeper = fork(
    fileURLToPath(new URL('keeper.mjs', import.meta.url)),
    [cliBundle, 'serve', '--port', '0', '--once-ready-file', readyFile],
    {
      execArgv: [],
      env: { ...cleanEnvironment(), SKILLETT_HOME: home, ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    },
  )
  let said = ''
  keeper.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)))
  let over = false
  const ended = once(keeper, 'exit').then(() => (over = true))
  let url = ''
  while (!url.endsWith('\n')) {
    if (over) throw new Error(`The gateway ended before it was ready:\n${said}`)
    await delay(10)
    url = await readFile(readyFile, 'utf8').catch(() => '')
  }
  return {
    url: url.trim(),
    stop: async () => {
      if (keeper.connected) keeper.disconnect()
      await ended
    },
  }
}

/** The surrounding environment without what configures a gateway or a command line. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const names = /^(SKILLETT_.*|DATABASE_URL|PUBLIC_URL|HOST|PORT)$/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !names.test(name)))
}
