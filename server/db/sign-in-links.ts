/** Queries about one-time sign-in links. */
import type { Sql } from './sql.ts'

/** From the operator's hands into the person's takes a while. */
const lifetime = '1 hour'

export async function insertLink(sql: Sql, tokenHash: Buffer, profileId: string): Promise<void> {
  await sql`delete from sign_in_links where expires_at < now()`
  await sql`
    insert into sign_in_links (token_hash, profile_id, expires_at)
    values (${tokenHash}, ${profileId}, now() + ${lifetime}::interval)`
}

/** Whose link it is, without using it. */
export async function findLink(sql: Sql, tokenHash: Buffer): Promise<{ email: string } | undefined> {
  const [row] = await sql<{ email: string }[]>`
    select p.email from sign_in_links l join profiles p on p.id = l.profile_id
    where l.token_hash = ${tokenHash} and l.expires_at > now()`
  return row
}

/** Uses the link up, and with it every other link of the same profile. @returns whose it was */
export async function takeLink(sql: Sql, tokenHash: Buffer): Promise<string | undefined> {
  return sql.begin(async (tx) => {
    const [row] = await tx<{ profile_id: string }[]>`
      delete from sign_in_links where token_hash = ${tokenHash} and expires_at > now() returning profile_id`
    if (row !== undefined) await tx`delete from sign_in_links where profile_id = ${row.profile_id}`
    return row?.profile_id
  })
}
