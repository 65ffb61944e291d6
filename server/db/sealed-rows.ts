/**
 * Everything sealed, whatever its table: found by the ring's key it was sealed with, and replaced where it is still
 * what was found. For the rotation of keys; nothing here can open a row.
 */
import type { SealedCredential } from './admission.ts'
import type { Sql } from './sql.ts'

type Sealed = Omit<SealedCredential, 'version'>

export interface SealedRow extends Sealed {
  /** What the row was sealed for; '' where it is nobody's. */
  profileId: string
  id: string
}

interface Table {
  id: string
  /** SQL for the profile of a row `r`. */
  profile: string
}

const ofConnection = '(select profile_id from connections c where c.id = r.connection_id)'

export const sealedTables = {
  credentials: { id: 'connection_id', profile: ofConnection },
  oauth_apps: { id: 'integration', profile: `''` },
  authorizations: { id: 'id', profile: 'r.profile_id' },
  token_candidates: { id: 'id', profile: ofConnection },
  revocations: { id: 'id', profile: 'r.profile_id' },
} as const satisfies Record<string, Table>

export type SealedTable = keyof typeof sealedTables

/** Rows of a table by the key they are sealed with, all tables together. */
export async function countByKey(sql: Sql): Promise<Map<string, number>> {
  const parts = Object.keys(sealedTables).map(
    (table) => `select key_id from ${table} where sealed is not null`,
  )
  const rows = await sql.unsafe<{ key_id: string; n: number }[]>(
    `select key_id, count(*)::int as n from (${parts.join(' union all ')}) every group by key_id order by key_id`,
  )
  return new Map(rows.map((row) => [row.key_id, row.n]))
}

/** @param after id of the last row of the batch before */
export async function listSealed(
  sql: Sql,
  table: SealedTable,
  exceptKey: string,
  after: string,
  limit: number,
): Promise<SealedRow[]> {
  const { id, profile } = sealedTables[table]
  const rows = await sql.unsafe(
    `select r.${id} as id, ${profile} as profile, r.key_id, r.wrapped_key, r.sealed from ${table} r
     where r.key_id <> $1 and r.sealed is not null and r.${id} > $2 order by r.${id} limit $3`,
    [exceptKey, after, limit],
  )
  return rows.map((row) => ({
    id: row['id'],
    profileId: row['profile'],
    keyId: row['key_id'],
    wrappedKey: row['wrapped_key'],
    sealed: row['sealed'],
  }))
}

/**
 * Puts new for old, unless something else was sealed there meanwhile. Versions stay: the secret is the same.
 * @returns how many rows were replaced
 */
export async function replaceSealed(
  sql: Sql,
  table: SealedTable,
  pairs: { old: SealedRow; fresh: Sealed }[],
): Promise<number> {
  const { id } = sealedTables[table]
  const hex = (pick: (pair: { old: SealedRow; fresh: Sealed }) => Buffer): string[] =>
    pairs.map((pair) => pick(pair).toString('hex'))
  // The driver does not know arrays of bytes.
  const rows = await sql.unsafe(
    `update ${table} r set key_id = n.key_id, wrapped_key = decode(n.wrapped, 'hex'), sealed = decode(n.sealed, 'hex')
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
       as n (id, key_id, wrapped, sealed, old_wrapped, old_sealed)
     where r.${id} = n.id and r.wrapped_key = decode(n.old_wrapped, 'hex') and r.sealed = decode(n.old_sealed, 'hex')
     returning 1`,
    [
      pairs.map(({ old }) => old.id),
      pairs.map(({ fresh }) => fresh.keyId),
      hex(({ fresh }) => fresh.wrappedKey),
      hex(({ fresh }) => fresh.sealed),
      hex(({ old }) => old.wrappedKey),
      hex(({ old }) => old.sealed),
    ],
  )
  return rows.length
}
