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
  close(): Promise<void>
}

/**
 * @param connections at most
 * @throws Error in words for the operator: no database, a changed migration, a wrong key
 */
export async function openStore(config: Config, connections: number): Promise<Store> {
  const embedded =
    config.databaseUrl === null ? await startEmbedded({ home: config.home, path: config.path }) : null
  const sql = openDatabase(config.databaseUrl ?? embedded!.url, connections)
  const close = async (): Promise<void> => {
    await sql.end({ timeout: 5 })
    await embedded?.stop()
  }
  try {
    const migrated = await migrate(sql, new URL('sql/', packageRoot))
    const ring = config.secretKeys === null ? await homeRing(config.home) : parseRing(config.secretKeys)
    const digests = new Map([...ring.keys.keys()].map((id) => [id, checkValue(ring, id)]))
    const strange = await strangeKeys(sql, digests)
    if (strange.length > 0)
      throw new Error(
        `The key "${strange.join('", "')}" is missing, or not the one this database was used with. ` +
          'Nothing was changed. Put the right key into SKILLETT_SECRET_KEYS; give a new one another name, before it.',
      )
    return { sql, ring, migrated, close }
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
}
