/**
 * What the measurements share: PostgreSQL with its durability on, a gateway as its bundle, keys and connections.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ChildProcess } from 'node:child_process'
import { spawnSync } from 'node:child_process'
import { parseRing } from '../../server/credentials/ring.ts'
import { Secret } from '../../server/credentials/secret.ts'
import { makeVault } from '../../server/credentials/vault.ts'
import { startEmbedded } from '../../server/db/embedded.ts'
import { createKey } from '../../server/db/keys.ts'
import { migrate } from '../../server/db/migrate.ts'
import { createProfile } from '../../server/db/profiles.ts'
import { saveConnection } from '../../server/db/connections.ts'
import { openDatabase, type Sql } from '../../server/db/sql.ts'
import { start, stop } from './process.ts'

const secretKeys = `bench:${Buffer.alloc(32, 7).toString('base64')}`

export interface Ground {
  sql: Sql
  databaseUrl: string
  home: string
  end(): Promise<void>
}

export async function prepareGround(): Promise<Ground> {
  const home = await mkdtemp(join(tmpdir(), 'skillett-bench-'))
  const postgres = await startEmbedded({ home })
  const sql = openDatabase(postgres.url, 4)
  pinPostgres((await sql`select pg_backend_pid() as pid`)[0]!['pid'] as number)
  await migrate(sql, new URL('../../sql/', import.meta.url))
  return {
    sql,
    databaseUrl: postgres.url,
    home,
    async end() {
      await sql.end()
      await postgres.stop()
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** Backends inherit the core of the postmaster, which is the parent of any of them. */
function pinPostgres(backend: number): void {
  const parent = spawnSync('ps', ['-o', 'ppid=', '-p', String(backend)])
    .stdout?.toString()
    .trim()
  if (parent) spawnSync('taskset', ['-a', '-c', '-p', '1', parent])
}

/** Profiles without a limit, each with a key and a GitHub connection. */
export async function makeKeys(sql: Sql, count: number): Promise<string[]> {
  const vault = makeVault(parseRing(secretKeys))
  const keys: string[] = []
  for (let i = 0; i < count; i += 1) {
    const profile = await createProfile(sql, `bench-${Date.now()}-${i}@example.com`, 'unlimited')
    if (typeof profile === 'string') throw new Error(profile)
    const wanted = { profileId: profile.id, integration: 'github', account: 'octocat', identifier: '' }
    const credential = { token: new Secret(`ghp_${'b'.repeat(36)}`) }
    await saveConnection(
      sql,
      { ...wanted, auth: 'token', identity: 'octocat', variables: {} },
      (connectionId) => vault.seal({ profileId: profile.id, connectionId }, credential),
    )
    const created = await createKey(sql, profile.id, {
      name: 'bench',
      scopes: ['*'],
      readOnly: false,
      expiresAt: null,
    })
    if ('limit' in created) throw new Error('no key')
    keys.push(created.fullKey)
  }
  return keys
}

export interface GatewayProcess {
  port: number
  child: ChildProcess
  stop(): Promise<void>
}

/** The shipped bundle, as `npm start` runs it. */
export async function startGateway(ground: Ground, upstream: string): Promise<GatewayProcess> {
  const ready = join(ground.home, `ready-${Date.now()}`)
  const child = start('server', ['dist/skillett.cjs', 'serve', '--port', '0', '--once-ready-file', ready], {
    DATABASE_URL: ground.databaseUrl,
    SKILLETT_HOME: ground.home,
    SKILLETT_SECRET_KEYS: secretKeys,
    SKILLETT_ORIGIN_MAP: JSON.stringify({ github: { 'https://api.github.com': upstream } }),
    SKILLETT_ALLOW_UPSTREAMS: '127.0.0.0/8',
  })
  for (;;) {
    const url = await readFile(ready, 'utf8').catch(() => '')
    if (url.endsWith('\n')) return { port: Number(new URL(url.trim()).port), child, stop: () => stop(child) }
    if (child.exitCode !== null) throw new Error(`the gateway ended with ${child.exitCode}`)
    await delay(10)
  }
}
