/** Notices a wrong key before it can do harm: each key of the ring leaves a digest at its first use. */
import type { Sql } from './sql.ts'

/** @returns ids of keys that are not the ones this database knows by that name */
export async function strangeKeys(sql: Sql, digests: Map<string, Buffer>): Promise<string[]> {
  const rows = [...digests].map(([id, check_value]) => ({ id, check_value }))
  await sql`insert into secret_keys ${sql(rows)} on conflict (id) do nothing`
  const known = await sql<{ id: string; check_value: Buffer }[]>`select id, check_value from secret_keys`
  return known.filter((row) => digests.get(row.id)?.equals(row.check_value) === false).map((row) => row.id)
}
