/** Notices a wrong key before it can do harm: each key of the ring leaves a digest at its first use. */
import type { Sql } from './sql.ts'

/**
 * Leaves the digests of keys that are new, unless one is wrong.
 * @returns ids of keys that are not the ones this database knows by that name, or that its credentials need and
 *   the ring lacks
 */
export async function strangeKeys(sql: Sql, digests: Map<string, Buffer>): Promise<string[]> {
  return sql.begin(async (tx) => {
    await tx`lock table secret_keys in share row exclusive mode`
    const known = await tx<{ id: string; check_value: Buffer }[]>`select id, check_value from secret_keys`
    const needed = await tx<{ id: string }[]>`select distinct key_id as id from credentials`
    const wrong = known.filter((row) => digests.get(row.id)?.equals(row.check_value) === false)
    const missing = needed.filter((row) => !digests.has(row.id))
    const strange = [...new Set([...wrong, ...missing].map((row) => row.id))]
    const fresh = [...digests].filter(([id]) => !known.some((row) => row.id === id))
    if (strange.length === 0 && fresh.length > 0)
      await tx`insert into secret_keys ${tx(fresh.map(([id, check_value]) => ({ id, check_value })))}`
    return strange
  })
}
