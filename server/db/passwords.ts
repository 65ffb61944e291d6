/** Queries about passwords and the identities of OpenID providers. */
import type { Sql } from './sql.ts'

/** @returns the profile and its hash; null where it has no password; undefined where there is no profile */
export async function findPassword(
  sql: Sql,
  email: string,
): Promise<{ profileId: string; hash: string | null } | undefined> {
  const [row] = await sql<{ profileId: string; hash: string | null }[]>`
    select id as "profileId", password_hash as hash from profiles where email = ${email.toLowerCase()}`
  return row
}

export async function savePassword(sql: Sql, profileId: string, hash: string): Promise<void> {
  await sql`update profiles set password_hash = ${hash} where id = ${profileId}`
}
