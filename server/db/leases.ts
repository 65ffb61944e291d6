/**
 * Claims on the next tokens of a connection, all of them short statements over the one row of `credentials`, with
 * the database's clock. Whoever raised `fence` last may store; a lease only says when another may claim.
 */
import type { SealedCredential } from './admission.ts'
import type { TokenFacts } from './connections.ts'
import { withDeadline, type Sql } from './sql.ts'

export type Ended = 'invalid_grant' | 'refresh_lost'

export interface LeaseState {
  credential: SealedCredential
  variables: Record<string, string>
  ended: Ended | null
  /** Somebody is at it. */
  held: boolean
  /** Somebody was at it, presented the refresh token and was not heard of since. */
  lost: boolean
  /** The stored token was fetched less than a minute ago and should still be good. */
  young: boolean
  /** Milliseconds until another try is due. */
  waitMs: number
}

export interface Claim {
  connectionId: string
  fence: bigint
  /** Of the credential that the claim is about. */
  version: number
  /** How many who had presented the token were lost before. */
  takeovers: number
}

/** Renewed every two seconds by the one who holds it. */
const lease = '8 seconds'

const deadlineMs = 2_000

export async function readLease(sql: Sql, connectionId: string): Promise<LeaseState | undefined> {
  const [row] = await withDeadline(
    sql`
    select r.version, r.key_id, r.wrapped_key, r.sealed, r.ended, c.variables,
      coalesce(r.lease_until > now(), false) as held,
      coalesce(r.lease_until <= now() and r.sent_at is not null, false) as lost,
      coalesce(r.refreshed_at > now() - interval '60 seconds' and coalesce(r.expires_at > now(), true), false) as young,
      greatest(0, ceil(extract(epoch from r.not_before - now()) * 1000))::int as wait_ms
    from credentials r join connections c on c.id = r.connection_id
    where r.connection_id = ${connectionId}`,
    deadlineMs,
  )
  if (row === undefined) return undefined
  return {
    credential: {
      keyId: row['key_id'],
      wrappedKey: row['wrapped_key'],
      sealed: row['sealed'],
      version: row['version'],
    },
    variables: row['variables'],
    ended: row['ended'],
    held: row['held'],
    lost: row['lost'],
    young: row['young'],
    waitMs: row['wait_ms'] ?? 0,
  }
}

/**
 * @param patienceSeconds how long after presenting the token a lost holder may still come back and store
 * @returns undefined when another holds it, or there is nothing to claim any more
 */
export async function claimLease(
  sql: Sql,
  connectionId: string,
  version: number,
  patienceSeconds: number,
): Promise<Claim | undefined> {
  const [row] = await withDeadline(
    sql`
    update credentials set fence = fence + 1, lease_until = now() + ${lease}::interval, sent_at = null,
      takeovers = takeovers + case when sent_at is null then 0 else 1 end
    where connection_id = ${connectionId} and version = ${version} and ended is null
      and (not_before is null or not_before <= now())
      and (lease_until is null or lease_until <= now())
      and (sent_at is null or sent_at <= now() - ${patienceSeconds} * interval '1 second')
    returning fence, takeovers`,
    deadlineMs,
  )
  return row && { connectionId, version, fence: BigInt(row['fence']), takeovers: row['takeovers'] }
}

/** Puts off the end of leases. Runs on a connection of its own, where no call can keep it waiting. */
export async function beat(sql: Sql, claims: Claim[]): Promise<void> {
  await withDeadline(
    sql`
    update credentials r set lease_until = now() + ${lease}::interval
    from unnest(${claims.map((claim) => claim.connectionId)}::text[], ${claims.map((claim) => String(claim.fence))}::bigint[])
      as h (connection_id, fence)
    where r.connection_id = h.connection_id and r.fence = h.fence and r.lease_until is not null`,
    deadlineMs,
  )
}

/** The audit row of a token request; null when the one who sends it writes its own. */
export interface SentCall {
  id: string
  profileId: string
  keyId: string | null
  integration: string
  endpoint: string
}

/**
 * The journal: from here on the token may have been spent. One statement with the audit row.
 * @returns false when the claim was lost; then nothing may be sent
 */
export async function markSent(sql: Sql, claim: Claim, call: SentCall | null): Promise<boolean> {
  const rows = await withDeadline(
    sql`
    with marked as (
      update credentials set sent_at = now()
      where connection_id = ${claim.connectionId} and fence = ${String(claim.fence)} and version = ${claim.version}
      returning connection_id
    ), recorded as (
      insert into skill_calls (id, profile_id, key_id, connection_id, integration, endpoint)
      select c.id, c.profile_id, c.key_id, m.connection_id, c.integration, c.endpoint
      from marked m, (
        select ${call?.id ?? null}::uuid as id, ${call?.profileId ?? null}::text as profile_id,
          ${call?.keyId ?? null}::text as key_id, ${call?.integration ?? null}::text as integration,
          ${call?.endpoint ?? null}::text as endpoint
      ) c
      where c.id is not null
    )
    select from marked`,
    deadlineMs,
  )
  return rows.length > 0
}

/**
 * Compare and set. The life of the token counts from when it was asked for.
 * @param facts scopes null: as they were
 * @returns the version stored, or undefined when the claim or the credential is no longer the one it was
 */
export async function storeTokens(
  sql: Sql,
  claim: Claim,
  sealed: Omit<SealedCredential, 'version'>,
  facts: Pick<TokenFacts, 'expiresIn'> & { scopes: Pick<TokenFacts, 'scopesGranted' | 'scopesLost'> | null },
): Promise<number | undefined> {
  const [row] = await withDeadline(
    sql`
    update credentials set key_id = ${sealed.keyId}, wrapped_key = ${sealed.wrappedKey}, sealed = ${sealed.sealed},
      version = version + 1, updated_at = now(), refreshed_at = now(),
      expires_at = coalesce(sent_at, now()) + ${facts.expiresIn}::int * interval '1 second',
      lease_until = null, sent_at = null, takeovers = 0, failures = 0, not_before = null,
      scopes_granted = coalesce(${facts.scopes?.scopesGranted ?? null}::text[], scopes_granted),
      scopes_lost = coalesce(${facts.scopes?.scopesLost ?? null}::text[], scopes_lost)
    where connection_id = ${claim.connectionId} and fence = ${String(claim.fence)} and version = ${claim.version}
      and ended is null
    returning version`,
    deadlineMs,
  )
  return row?.['version']
}

/** The grant is over until the person connects again. @returns false when somebody else was faster */
export async function endGrant(sql: Sql, claim: Claim, cause: Ended): Promise<boolean> {
  const rows = await withDeadline(
    sql`
    update credentials set ended = ${cause}, lease_until = null, sent_at = null
    where connection_id = ${claim.connectionId} and fence = ${String(claim.fence)} and version = ${claim.version}
      and ended is null
    returning connection_id`,
    deadlineMs,
  )
  if (rows.length === 0) return false
  await sql`
    update connections set status = 'expired', updated_at = now()
    where id = ${claim.connectionId} and status = 'active'`
  return true
}

/** Gives a claim back; another try is welcome at once. */
export async function releaseLease(sql: Sql, claim: Claim): Promise<void> {
  await sql`
    update credentials set lease_until = null, sent_at = null
    where connection_id = ${claim.connectionId} and fence = ${String(claim.fence)}`
}

/**
 * Gives a claim back; the next try is due after 1 to 60 seconds, more with each failure, or as the service wishes.
 * @returns milliseconds until then
 */
export async function postpone(sql: Sql, claim: Claim, retryAfterMs: number | null): Promise<number> {
  const [row] = await sql<{ wait_ms: number }[]>`
    update credentials set lease_until = null, sent_at = null, failures = failures + 1,
      not_before = now() + greatest(
        ${(retryAfterMs ?? 0) / 1000}::float8, least(60, power(2, least(failures, 10))) * (0.75 + random() / 4)
      ) * interval '1 second'
    where connection_id = ${claim.connectionId} and fence = ${String(claim.fence)}
    returning ceil(extract(epoch from not_before - now()) * 1000)::int as wait_ms`
  return row?.wait_ms ?? 1000
}
