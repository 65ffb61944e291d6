/**
 * The PostgreSQL server process of a data folder, known through the file postmaster.pid that it keeps there.
 * It runs in a session of its own: it outlives a gateway that is killed, and the next one finds it by that file.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Account } from './account.ts'
import { isRunning, isServing } from './process.ts'

export interface Postmaster {
  id: number
  port: number
  state: 'starting' | 'ready' | 'stopping'
}

export interface Launch {
  program: string
  account: Account
  data: string
  port: number
  /** File that gets what PostgreSQL prints. */
  log: string
}

const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '50',
  shared_buffers: '64MB',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Details of an error may quote the values of a row.
  log_error_verbosity: 'terse',
}

/** Time for a start with crash recovery, and for the checkpoint of a stop. */
const patience = 60_000

/** The server at work on this folder, if there is one. */
export async function findPostmaster(data: string): Promise<Postmaster | undefined> {
  const lines = await readPidFile(data)
  const id = Number(lines[0])
  if (!(await isServing(id, data))) return undefined
  const state = lines[7]?.trim()
  return { id, port: Number(lines[3]), state: state === 'ready' || state === 'stopping' ? state : 'starting' }
}

/**
 * A file left behind whose process id belongs to somebody else by now would stop PostgreSQL from starting.
 * It ignores its own parent's id there, which ours will be; the rest of the file, with the key of the shared
 * memory, still keeps it off data that orphans of the old server are using.
 */
async function disownPidFile(data: string): Promise<void> {
  const [id, ...rest] = await readPidFile(data)
  if (isRunning(Number(id))) await writeFile(join(data, 'postmaster.pid'), [process.pid, ...rest].join('\n'))
}

async function readPidFile(data: string): Promise<string[]> {
  return (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
}

/** Waits until a server that is starting or stopping has done so. */
export async function awaitSettled(data: string): Promise<Postmaster | undefined> {
  for (const end = Date.now() + patience; ; await delay(20)) {
    const found = await findPostmaster(data)
    if (found === undefined || found.state === 'ready') return found
    if (Date.now() > end)
      throw new Error(`PostgreSQL (process ${found.id}) on ${data} is ${found.state} and does not finish.`)
  }
}

/**
 * Starts the server and waits until it takes connections. Nothing else may be at work on the folder.
 * @throws Error with what it printed when it does not
 */
export async function launch({ program, account, data, port, log }: Launch): Promise<void> {
  await disownPidFile(data)
  const output = await open(log, 'a', 0o600)
  const { size } = await output.stat()
  const flags = Object.entries({ ...settings, port }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = spawn(program, ['-D', data, ...flags], {
    ...account,
    cwd: dirname(data),
    env: {},
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
    windowsHide: true,
  })
  let trouble: string | undefined
  child.once('error', (error) => (trouble = error.message))
  child.once('exit', (code, signal) => (trouble = `it ended with ${signal ?? `code ${code}`}`))
  child.unref()
  await output.close()
  for (const end = Date.now() + patience; trouble === undefined; await delay(10)) {
    const found = await findPostmaster(data)
    if (found?.id === child.pid && found?.state === 'ready') return
    if (Date.now() > end) trouble = `it was not ready after ${patience / 1000} s`
  }
  child.kill('SIGQUIT')
  const said = (await readFile(log)).subarray(size).toString().trim()
  throw new Error(`PostgreSQL did not start: ${trouble}. It said (${log}):\n${said.slice(-2000)}`)
}

/** Fast shutdown: sessions are ended, a checkpoint is written. Returns when the server is gone. */
export async function shutDown(data: string): Promise<void> {
  for (const end = Date.now() + patience; ; await delay(10)) {
    const found = await findPostmaster(data)
    if (found === undefined) return
    if (found.state !== 'stopping') process.kill(found.id, 'SIGINT')
    if (Date.now() > end) throw new Error(`PostgreSQL (process ${found.id}) on ${data} does not stop.`)
  }
}

/** A port of 127.0.0.1 that is free at this moment: the wanted one, or any. */
export async function findPort(wanted: number): Promise<number> {
  for (const port of [wanted, 0]) {
    const server = createServer().listen(port, '127.0.0.1')
    const found = await once(server, 'listening').then(
      () => (server.address() as AddressInfo).port,
      () => undefined,
    )
    server.close()
    if (found !== undefined) return found
  }
  throw new Error('No free port on 127.0.0.1 for PostgreSQL.')
}
