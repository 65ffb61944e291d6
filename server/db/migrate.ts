/**
 * Applies sql/*.sql in the order of their names, all in one transaction under one advisory lock, so that
 * several gateways may start at once and a transaction pooler may stand in between.
 * Each applied file is remembered with its SHA-256; a file that was changed afterwards stops the start.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type { Sql, Tx } from './sql.ts'

/** Any constant serves; it only has to be the same in every gateway. */
const lockId = 4050_0001

/**
 * @param folder URL of the folder that holds the files
 * @returns names of the files applied by this call
 * @throws Error when an applied file was changed
 */
export async function migrate(sql: Sql, folder: URL): Promise<string[]> {
  const files = await readMigrations(folder)
  return sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${lockId})`
    await tx`create table if not exists migrations (
      name text primary key, hash text not null, applied_at timestamptz not null default now())`
    const applied = await tx<
      { name: string; hash: string }[]
    >`select name, hash from migrations order by name`
    checkHistory(applied, files)
    const done = new Set(applied.map((row) => row.name))
    const pending = files.filter((file) => !done.has(file.name))
    for (const file of pending) await apply(tx, file)
    return pending.map((file) => file.name)
  })
}

interface Migration {
  name: string
  text: string
  hash: string
}

async function readMigrations(folder: URL): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(
    names.map(async (name) => {
      const text = (await readFile(new URL(name, folder), 'utf8')).replaceAll('\r\n', '\n')
      return { name, text, hash: createHash('sha256').update(text).digest('hex') }
    }),
  )
}

function checkHistory(applied: { name: string; hash: string }[], files: Migration[]): void {
  for (const row of applied) {
    const file = files.find((candidate) => candidate.name === row.name)
    // A newer gateway may have been here first; its files are not ours to judge.
    if (file === undefined) continue
    if (file.hash !== row.hash)
      throw new Error(
        `sql/${row.name} was changed after it had been applied. Put it back and add a new file instead.`,
      )
  }
}

async function apply(tx: Tx, file: Migration): Promise<void> {
  await tx.unsafe(file.text)
  await tx`insert into migrations (name, hash) values (${file.name}, ${file.hash})`
}
