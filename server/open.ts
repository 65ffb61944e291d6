/** Opens what every operator command needs: the database, migrated, and the key ring that fits it. */
import { packageRoot, type Config } from './config.ts'
import { homeRing, parseRing, type Ring } from './credentials/ring.ts'
import { checkValue } from './credentials/vault.ts'
import { startEmbedded } from './db/embedded.ts'
import { migrate } from './db/migrate.ts'
import { strangeKeys } from './db/ring.ts'
import { openDatabase, type Sql } from './db/sql.ts'

export interface Store {
  sql: Sql
  ring: Ring
  /** Files that this start applied. */
  migrated: string[]
  /** Another pool on the same database, for what must not wait for the first. */
  openAnother(connections: number): Sql
  close(): Promise<void>
}

/**
 * @param connections at most
 * @throws Error in words for the operator: no database, a changed migration, a wrong key
 */
export async function openStore(config: Config, connections: number): Promise<Store> {
  const embedded =
    config.databaseUrl === null ? await startEmbedded({ home: config.home, path: config.path }) : null
  const url = config.databaseUrl ?? embedded!.url
  const sql = openDatabase(url, connections)
  const close = async (): Promise<void> => {
    await sql.end({ timeout: 5 })
    await embedded?.stop()
  }
  try {
    const migrated = await migrateApart(url)
    const ring = config.secretKeys === null ? await homeRing(config.home) : parseRing(config.secretKeys)
    const strange = await strangeKeys(sql, ringDigests(ring))
    if (strange.length > 0)
      throw new Error(
        `The key "${strange.join('", "')}" is missing, or not the one this database was used with. ` +
          'Nothing was changed. Put the right key into SKILLETT_SECRET_KEYS; give a new one another name, before it.',
      )
    return { sql, ring, migrated, openAnother: (most) => openDatabase(url, most), close }
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
}

/** On a connection of its own: what migrations set for the role holds for those opened afterwards. */
async function migrateApart(url: string): Promise<string[]> {
  const sql = openDatabase(url, 1)
  return migrate(sql, new URL('sql/', packageRoot)).finally(() => sql.end({ timeout: 5 }))
}

/** What the database remembers each key by. */
export function ringDigests(ring: Ring): Map<string, Buffer> {
  return new Map([...ring.keys.keys()].map((id) => [id, checkValue(ring, id)]))
}
