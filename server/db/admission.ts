/**
 * Admission: the one statement between a caller and a call. It checks the key, finds the connection, takes one
 * unit of the daily quota, writes the audit row and returns the sealed credential, in one durable round trip.
 *
 * Calls are grouped by who asks for what (`Asker`), so that a hundred calls of one key are one row of work.
 * The quota row keeps `prev` beside `used`: their difference is what this statement was granted.
 * Rows are locked in the order of profile ids; two gateways cannot deadlock.
 */
import { makeBatch } from '../batch.ts'
import { DeadlinePassed, withDeadline, type Sql } from './sql.ts'

/** Who asks, and for what. */
export interface Asker {
  /** SHA-256 of the key, hex. */
  keyHash: string
  /** null asks about the key alone. */
  integration: string | null
  /** Label of the connection; null when the caller named none. */
  account: string | null
  identifier: string
  /** The endpoint changes something upstream. */
  writes: boolean
  /** false for integrations without a credential. */
  needsConnection: boolean
}

/** One call to admit; null only checks the asker and charges nothing. */
export interface Call {
  id: string
  endpoint: string
}

export type Refusal =
  | 'api_key_invalid'
  | 'api_key_revoked'
  | 'api_key_expired'
  | 'scope_not_allowed'
  | 'forbidden'
  | 'integration_not_connected'
  | 'account_ambiguous'
  | 'daily_limit_reached'

export interface Admitted {
  refusal: Refusal | null
  profileId: string
  keyId: string
  /** The daily limit applied, null when there is none or nothing was asked. */
  dailyLimit: number | null
  connection: Connection | null
  /** Labels to choose from, when the choice was ambiguous. */
  accounts: string[]
}

export interface Connection {
  id: string
  account: string
  auth: string
  /** `expired`: the last call said so. It may be tried all the same, and heals by it. */
  status: 'active' | 'expired'
  variables: Record<string, string>
  /** Asked for and not granted, or no longer. */
  lostScopes: string[]
  sealed: SealedCredential | null
}

/** As stored; credentials/ opens it. */
export interface SealedCredential {
  keyId: string
  wrappedKey: Buffer
  sealed: Buffer
  version: number
}

export interface Admission {
  admit(asker: Asker, call: Call | null): Promise<Admitted>
}

interface Row {
  refusal: Refusal | null
  granted: number
  daily_limit: number | null
  profile_id: string
  key_id: string
  connection_id: string | null
  account: string | null
  auth: string | null
  status: 'active' | 'expired' | null
  scopes_lost: string[] | null
  variables: Record<string, string> | null
  accounts: string[] | null
  ring_key: string | null
  wrapped_key: Buffer | null
  sealed: Buffer | null
  version: number | null
}

/** A database that hangs is one that refuses. */
const deadlineMs = 2_000

/** Calls a statement may carry: beyond this the gain per call is nil and the wait for the reply is not. */
const mostCalls = 512

export function makeAdmission(sql: Sql): Admission {
  const batch = makeBatch<{ asker: Asker; call: Call | null }, Admitted>(
    (items) => admitTogether(sql, items),
    mostCalls,
    (error) => error instanceof DeadlinePassed,
  )
  return { admit: (asker, call) => batch.add({ asker, call }) }
}

async function admitTogether(sql: Sql, items: { asker: Asker; call: Call | null }[]): Promise<Admitted[]> {
  const groups = new Map<string, { asker: Asker; index: number; calls: number }>()
  const ids: string[] = []
  const endpoints: string[] = []
  const groupOfCall: number[] = []
  const rankOfCall: number[] = []
  const places = items.map(({ asker, call }) => {
    const name = JSON.stringify(asker)
    let group = groups.get(name)
    if (group === undefined) groups.set(name, (group = { asker, index: groups.size + 1, calls: 0 }))
    if (call === null) return { group: group.index, rank: 0 }
    group.calls += 1
    ids.push(call.id)
    endpoints.push(call.endpoint)
    groupOfCall.push(group.index)
    rankOfCall.push(group.calls)
    return { group: group.index, rank: group.calls }
  })
  const askers = [...groups.values()]
  // The driver takes an array of booleans for one boolean, so they travel as text.
  const query = sql<Row[]>`
    with asked as (
      select g, integration, account, identifier, wanted, decode(key_hex, 'hex') as key_hash,
        writes::boolean as writes, needs_connection::boolean as needs_connection
      from unnest(
        ${askers.map((group) => group.asker.keyHash)}::text[],
        ${askers.map((group) => group.asker.integration)}::text[],
        ${askers.map((group) => group.asker.account)}::text[],
        ${askers.map((group) => group.asker.identifier)}::text[],
        ${askers.map((group) => String(group.asker.writes))}::text[],
        ${askers.map((group) => String(group.asker.needsConnection))}::text[],
        ${askers.map((group) => group.calls)}::int[]
      ) with ordinality as a (key_hex, integration, account, identifier, writes, needs_connection, wanted, g)
    ), keyed as (
      select a.*, k.id as key_id, k.profile_id, coalesce(p.daily_limit, plan.daily_limit) as daily_limit,
        case
          when k.id is null then 'api_key_invalid'
          when k.revoked_at is not null then 'api_key_revoked'
          when k.expires_at <= now() then 'api_key_expired'
          when a.integration is not null and not k.scopes && array['*', a.integration] then 'scope_not_allowed'
          when k.read_only and a.writes then 'forbidden'
        end as key_refusal
      from asked a
      left join api_keys k on k.key_hash = a.key_hash
      left join profiles p on p.id = k.profile_id
      left join plans plan on plan.name = p.plan
    ), found as (
      select k.*, c.ids[1] as connection_id, c.accounts,
        case
          when k.key_refusal is not null then k.key_refusal
          when not k.needs_connection or k.integration is null then null
          when c.ids is null then 'integration_not_connected'
          when array_length(c.ids, 1) > 1 then 'account_ambiguous'
        end as refusal
      from keyed k
      left join lateral (
        select array_agg(o.id order by o.account) as ids, array_agg(o.account order by o.account) as accounts
        from connections o
        where o.profile_id = k.profile_id and o.integration = k.integration and o.identifier = k.identifier
          and o.status in ('active', 'expired') and (k.account is null or o.account = k.account)
      ) c on k.key_refusal is null and k.needs_connection
    ), counted as (
      insert into daily_usage as u (profile_id, day, cap, prev, used)
      select profile_id, (now() at time zone 'utc')::date, cap, 0, least(wanted, cap)
      from (
        select profile_id, coalesce(daily_limit, 2147483647) as cap, sum(wanted)::int as wanted
        from found where refusal is null and wanted > 0
        group by profile_id, daily_limit order by profile_id
      ) w
      on conflict (profile_id, day) do update set
        prev = u.used, cap = excluded.cap,
        used = greatest(u.used, least(u.used::bigint + excluded.used, excluded.cap)::int)
      returning profile_id, used - prev as granted
    ), shared as (
      select f.*,
        -- least() passes over nulls: what was refused has to be told apart first.
        case when c.granted is null then 0 else greatest(0, least(f.wanted, c.granted - (
          sum(f.wanted) over (partition by f.profile_id, f.refusal order by f.g) - f.wanted))) end::int as granted
      from found f
      left join counted c on c.profile_id = f.profile_id and f.refusal is null
    ), recorded as (
      insert into skill_calls (id, profile_id, key_id, connection_id, integration, endpoint)
      select c.id, s.profile_id, s.key_id, s.connection_id, s.integration, c.endpoint
      from unnest(${ids}::uuid[], ${endpoints}::text[], ${groupOfCall}::int[], ${rankOfCall}::int[])
        as c (id, endpoint, g, rank)
      join shared s on s.g = c.g and c.rank <= s.granted
    )
    select s.refusal, coalesce(s.granted, 0) as granted, s.daily_limit, s.profile_id, s.key_id, s.accounts,
      o.id as connection_id, o.account, o.auth, o.status, o.variables, r.scopes_lost,
      r.key_id as ring_key, r.wrapped_key, r.sealed, r.version
    from shared s
    left join connections o on o.id = s.connection_id and s.refusal is null
    left join credentials r on r.connection_id = o.id
    order by s.g`
  const rows = await withDeadline(query, deadlineMs)
  return places.map(({ group, rank }) => admitted(rows[group - 1]!, rank))
}

function admitted(row: Row, rank: number): Admitted {
  const refusal = row.refusal ?? (rank > row.granted ? 'daily_limit_reached' : null)
  return {
    refusal,
    profileId: row.profile_id,
    keyId: row.key_id,
    dailyLimit: row.daily_limit,
    accounts: row.accounts ?? [],
    connection: row.connection_id === null || refusal !== null ? null : connectionOf(row, row.connection_id),
  }
}

function connectionOf(row: Row, id: string): Connection {
  return {
    id,
    account: row.account!,
    auth: row.auth!,
    status: row.status!,
    lostScopes: row.scopes_lost ?? [],
    variables: row.variables!,
    sealed:
      row.sealed === null
        ? null
        : { keyId: row.ring_key!, wrappedKey: row.wrapped_key!, sealed: row.sealed, version: row.version! },
  }
}
