/** Queries about authorizations: people being asked for access to their accounts. */
import type { SealedCredential } from './admission.ts'
import type { Sql } from './sql.ts'

export interface NewAuthorization {
  id: string
  profileId: string
  keyId: string | null
  integration: string
  auth: string
  account: string | null
  identifier: string
  variables: Record<string, string>
  opensWithinSeconds: number
}

export interface Authorization {
  id: string
  profileId: string
  keyId: string | null
  integration: string
  auth: string
  account: string | null
  identifier: string
  variables: Record<string, string>
  verifier: SealedCredential
}

export interface AuthorizationState {
  status: 'pending' | 'connected' | 'error'
  integration: string
  /** Of the connection that came of it. */
  connection_id: string | null
  account: string | null
  error: string | null
  message: string | null
  missing_scopes: string[] | null
}

/** An answer of the service is taken for this long after the link was made or, at the latest, opened. */
const lifetime = '10 minutes'

/** @returns until when the link can be opened */
export async function insertAuthorization(sql: Sql, asked: NewAuthorization): Promise<Date> {
  await sql`delete from authorizations where created_at < now() - interval '1 day'`
  const [row] = await sql<{ opens_until: Date }[]>`
    insert into authorizations
      (id, profile_id, api_key_id, integration, auth, account, identifier, variables, opens_until, expires_at)
    values (${asked.id}, ${asked.profileId}, ${asked.keyId}, ${asked.integration}, ${asked.auth}, ${asked.account},
      ${asked.identifier}, ${sql.json(asked.variables)}, now() + ${asked.opensWithinSeconds} * interval '1 second',
      now() + ${asked.opensWithinSeconds} * interval '1 second' + ${lifetime}::interval)
    returning opens_until`
  return row!.opens_until
}

/**
 * Gives an authorization that can still be opened its state, in place of an earlier one.
 * @returns undefined when there is none for this profile, or it is too late
 */
export async function openAuthorization(
  sql: Sql,
  profileId: string,
  id: string,
  stateHash: Buffer,
  verifier: Omit<SealedCredential, 'version'>,
): Promise<Omit<Authorization, 'verifier'> | undefined> {
  const [row] = await sql`
    update authorizations set state_hash = ${stateHash}, key_id = ${verifier.keyId},
      wrapped_key = ${verifier.wrappedKey}, sealed = ${verifier.sealed}, expires_at = now() + ${lifetime}::interval
    where id = ${id} and profile_id = ${profileId} and status = 'pending' and opens_until > now()
    returning *`
  return row && read(row)
}

/** Whose authorization a state is of; nothing is used up. */
export async function findByState(
  sql: Sql,
  integration: string,
  stateHash: Buffer,
): Promise<{ profileId: string } | undefined> {
  const [row] = await sql`
    select profile_id from authorizations
    where state_hash = ${stateHash} and integration = ${integration} and status = 'pending' and expires_at > now()`
  return row && { profileId: row['profile_id'] }
}

/** Uses a state up. @returns undefined for one that is not in force for this profile and integration */
export async function takeByState(
  sql: Sql,
  profileId: string,
  integration: string,
  stateHash: Buffer,
): Promise<Authorization | undefined> {
  const [row] = await sql`
    update authorizations set status = 'redeeming', state_hash = null
    where state_hash = ${stateHash} and profile_id = ${profileId} and integration = ${integration}
      and status = 'pending' and expires_at > now()
    returning *`
  return row && { ...read(row), verifier: sealedOf(row) }
}

export async function finishAuthorization(
  sql: Sql,
  id: string,
  result: { connectionId: string } | { error: string; message: string },
): Promise<void> {
  const row =
    'connectionId' in result
      ? { status: 'connected', connection_id: result.connectionId, error: null, message: null }
      : { status: 'error', connection_id: null, error: result.error, message: result.message }
  // Verifier and its data key have served.
  await sql`
    update authorizations set ${sql(row)}, key_id = null, wrapped_key = null, sealed = null where id = ${id}`
}

export async function readAuthorization(
  sql: Sql,
  profileId: string,
  id: string,
): Promise<AuthorizationState | undefined> {
  const [row] = await sql<AuthorizationState[]>`
    select a.integration, a.connection_id, c.account, r.scopes_lost as missing_scopes,
      case when a.late then 'error' when a.status = 'redeeming' then 'pending' else a.status end as status,
      case when a.late then 'expired' else a.error end as error,
      case when a.late then 'Nobody finished it in time.' else a.message end as message
    from (
      select *, status in ('pending', 'redeeming')
        and case when state_hash is null and status = 'pending' then opens_until else expires_at end <= now() as late
      from authorizations where id = ${id} and profile_id = ${profileId}
    ) a
    left join connections c on c.id = a.connection_id
    left join credentials r on r.connection_id = c.id`
  return row
}

function read(row: Record<string, unknown>): Omit<Authorization, 'verifier'> {
  return {
    id: row['id'] as string,
    profileId: row['profile_id'] as string,
    keyId: row['api_key_id'] as string | null,
    integration: row['integration'] as string,
    auth: row['auth'] as string,
    account: row['account'] as string | null,
    identifier: row['identifier'] as string,
    variables: row['variables'] as Record<string, string>,
  }
}

function sealedOf(row: Record<string, unknown>): SealedCredential {
  return {
    keyId: row['key_id'] as string,
    wrappedKey: row['wrapped_key'] as Buffer,
    sealed: row['sealed'] as Buffer,
    version: 1,
  }
}
