/** Queries about tokens that came too late to be stored, and may be all that is left of a grant. */
import type { SealedCredential } from './admission.ts'
import type { Sql } from './sql.ts'

type Sealed = Omit<SealedCredential, 'version'>

/** @returns false when the connection is gone */
export async function saveCandidate(
  sql: Sql,
  candidate: { id: string; connectionId: string; basedOn: number; sealed: Sealed },
): Promise<boolean> {
  const { sealed } = candidate
  const rows = await sql`
    insert into token_candidates (id, connection_id, based_on, key_id, wrapped_key, sealed)
    select ${candidate.id}, c.id, ${candidate.basedOn}, ${sealed.keyId}, ${sealed.wrappedKey}, ${sealed.sealed}
    from connections c where c.id = ${candidate.connectionId}
    returning id`
  return rows.length > 0
}

/** Takes the newest candidate of the version, so that it is tried once. */
export async function takeCandidate(
  sql: Sql,
  connectionId: string,
  basedOn: number,
): Promise<{ id: string; sealed: SealedCredential } | undefined> {
  const [row] = await sql`
    delete from token_candidates where id = (
      select id from token_candidates where connection_id = ${connectionId} and based_on = ${basedOn}
      order by created_at desc limit 1
    )
    returning id, key_id, wrapped_key, sealed`
  return (
    row && {
      id: row['id'],
      sealed: {
        keyId: row['key_id'],
        wrappedKey: row['wrapped_key'],
        sealed: row['sealed'],
        version: basedOn,
      },
    }
  )
}

/** Puts a candidate in the place of a grant that was taken for lost. */
export async function healGrant(
  sql: Sql,
  connectionId: string,
  version: number,
  sealed: Sealed,
): Promise<boolean> {
  const rows = await sql`
    update credentials set key_id = ${sealed.keyId}, wrapped_key = ${sealed.wrappedKey}, sealed = ${sealed.sealed},
      version = version + 1, updated_at = now(), refreshed_at = null, expires_at = null, ended = null,
      lease_until = null, sent_at = null, takeovers = 0, failures = 0, not_before = null
    where connection_id = ${connectionId} and version = ${version} and ended = 'refresh_lost'
    returning connection_id`
  return rows.length > 0
}
