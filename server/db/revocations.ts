/** Queries about grants that have to be ended at the service. */
import type { SealedCredential } from './admission.ts'
import type { Sql, Tx } from './sql.ts'

export interface Revocation {
  id: string
  profileId: string
  /** null: no key asked. */
  keyId: string | null
  connectionId: string
  integration: string
  auth: string
  variables: Record<string, string>
  sealed: Omit<SealedCredential, 'version'>
}

export async function insertRevocation(sql: Sql | Tx, revocation: Revocation): Promise<void> {
  const { sealed } = revocation
  await sql`
    insert into revocations
      (id, profile_id, api_key_id, connection_id, integration, auth, variables, key_id, wrapped_key, sealed)
    values (${revocation.id}, ${revocation.profileId}, ${revocation.keyId}, ${revocation.connectionId},
      ${revocation.integration}, ${revocation.auth}, ${sql.json(revocation.variables)}, ${sealed.keyId},
      ${sealed.wrappedKey}, ${sealed.sealed})`
}

/** Takes what is due, a little of it; each is due again later unless it is done by then. */
export async function takeDueRevocations(sql: Sql): Promise<Revocation[]> {
  const rows = await sql`
    update revocations set tries = tries + 1,
      not_before = now() + least(3600, 40 * power(2, least(tries, 10))) * interval '1 second'
    where id in (
      select id from revocations where not_before <= now() order by not_before limit 8 for update skip locked
    )
    returning *`
  return rows.map((row) => ({
    id: row['id'],
    profileId: row['profile_id'],
    keyId: row['api_key_id'],
    connectionId: row['connection_id'],
    integration: row['integration'],
    auth: row['auth'],
    variables: row['variables'],
    sealed: { keyId: row['key_id'], wrappedKey: row['wrapped_key'], sealed: row['sealed'] },
  }))
}

/** Destroys the copy of the credential with it. */
export async function deleteRevocation(sql: Sql, id: string): Promise<void> {
  await sql`delete from revocations where id = ${id}`
}

/** Nothing is tried for longer than a week. */
export async function postponeRevocation(sql: Sql, id: string, waitMs: number | null): Promise<void> {
  await sql`delete from revocations where id = ${id} and created_at < now() - interval '7 days'`
  if (waitMs === null) return
  await sql`
    update revocations set not_before = now() + ${waitMs / 1000}::float8 * interval '1 second' where id = ${id}`
}
