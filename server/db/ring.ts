/**
 * What the database knows of the ring's keys: a digest of each, so that a wrong key is noticed before it can do
 * harm, and how often each has encrypted.
 */
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

/** Remembers the keys that are new. */
export async function noteKeys(sql: Sql, digests: Map<string, Buffer>): Promise<void> {
  const rows = [...digests].map(([id, check_value]) => ({ id, check_value }))
  await sql`insert into secret_keys ${sql(rows)} on conflict (id) do nothing`
}

/** @returns how often each of these keys has encrypted in all */
export async function addEncryptions(sql: Sql, counts: Map<string, number>): Promise<Map<string, number>> {
  const rows = await sql<{ id: string; encryptions: number }[]>`
    update secret_keys k set encryptions = k.encryptions + c.n
    from unnest(${[...counts.keys()]}::text[], ${[...counts.values()]}::int[]) as c (id, n)
    where k.id = c.id returning k.id, k.encryptions::float8 as encryptions`
  return new Map(rows.map((row) => [row.id, row.encryptions]))
}
