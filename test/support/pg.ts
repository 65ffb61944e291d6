/**
 * PostgreSQL for tests: one server for the whole run, started by test/support/run.ts and named in
 * SKILLETT_TEST_POSTGRES; a test file run without it starts its own. A template database is migrated once
 * per state of sql/ and cloned for each test file, which takes some ten milliseconds.
 */
import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { startEmbedded } from '../../server/db/embedded.ts'
import { migrate } from '../../server/db/migrate.ts'
import { openDatabase, type Sql } from '../../server/db/sql.ts'
import { makeHome, removeHome, sweepHomes } from './home.ts'

export interface TestServer {
  /** Of a superuser. */
  url: string
  stop(): Promise<void>
}

export interface TestDatabase {
  url: string
  drop(): Promise<void>
}

const migrations = new URL('../../sql/', import.meta.url)

/** A private server in a temporary home, without fsync: what it holds need not survive the machine. */
export async function startPostgres(): Promise<TestServer> {
  await sweepHomes('test')
  const home = await makeHome('test')
  const server = await startEmbedded({ home })
  await withAdmin(server.url, async (sql) => {
    await sql`alter system set fsync = off`
    await sql`select pg_reload_conf()`
  })
  return {
    url: server.url,
    stop: async () => {
      await server.stop()
      await removeHome(home)
    },
  }
}

/** An empty, migrated database. */
export async function createDatabase(): Promise<TestDatabase> {
  const admin = await findServer()
  const name = `test_${randomBytes(6).toString('hex')}`
  await withAdmin(admin, async (sql) => {
    const template = await makeTemplate(sql, admin)
    await sql`create database ${sql(name)} template ${sql(template)}`
  })
  return {
    url: withDatabase(admin, name),
    drop: () => withAdmin(admin, async (sql) => void (await sql`drop database ${sql(name)} with (force)`)),
  }
}

let own: Promise<TestServer> | undefined

async function findServer(): Promise<string> {
  const given = process.env.SKILLETT_TEST_POSTGRES
  if (given) return given
  if (own === undefined) {
    own = startPostgres()
    // Hooks of node:test that are registered from within a hook run too early for this.
    process.once('beforeExit', () => void own?.then((server) => server.stop()))
  }
  return (await own).url
}

/** Named by the content of sql/, so a changed migration gets a template of its own. */
async function makeTemplate(sql: Sql, admin: string): Promise<string> {
  const hash = createHash('sha256')
  for (const name of (await readdir(migrations)).sort())
    hash.update(name).update(await readFile(new URL(name, migrations)))
  const template = `template_${hash.digest('hex').slice(0, 16)}`
  await sql`select pg_advisory_lock(4050)`
  try {
    const found = await sql`select from pg_database where datname = ${template}`
    if (found.length > 0) return template
    const draft = `${template}_draft`
    await sql`drop database if exists ${sql(draft)} with (force)`
    await sql`create database ${sql(draft)}`
    await withAdmin(withDatabase(admin, draft), (database) => migrate(database, migrations))
    await sql`alter database ${sql(draft)} rename to ${sql(template)}`
    return template
  } finally {
    await sql`select pg_advisory_unlock(4050)`
  }
}

async function withAdmin<Result>(url: string, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  const sql = openDatabase(url, 1)
  try {
    return await work(sql)
  } finally {
    await sql.end()
  }
}

function withDatabase(url: string, name: string): string {
  const address = new URL(url)
  address.pathname = `/${name}`
  return address.href
}
