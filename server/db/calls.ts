/** Queries about the audit log. */
import type { Sql } from './sql.ts'

export interface CallRow {
  id: string
  integration: string
  endpoint: string
  account: string | null
  /** null when no key asked for it: a person's browser, or the gateway by itself. */
  key_id: string | null
  started_at: Date
  outcome: string
  error: string | null
  upstream_status: number | null
  duration_ms: number | null
  request_bytes: number | null
  response_bytes: number | null
}

/** A call that began this long ago and has no outcome will not get one. */
const lostAfter = '5 minutes'

/**
 * Newest first.
 * @param before id of the last row of the page before; null for the first page
 */
export function listCalls(
  sql: Sql,
  profileId: string,
  before: string | null,
  limit: number,
): Promise<CallRow[]> {
  return select(
    sql,
    sql`s.profile_id = ${profileId} and (${before}::uuid is null or s.id < ${before}::uuid)`,
    limit,
  )
}

export async function findCall(sql: Sql, profileId: string, id: string): Promise<CallRow | undefined> {
  const [row] = await select(sql, sql`s.profile_id = ${profileId} and s.id = ${id}`, 1)
  return row
}

function select(sql: Sql, where: ReturnType<Sql>, limit: number): Promise<CallRow[]> {
  return sql<CallRow[]>`
    select s.id, s.integration, s.endpoint, c.account, s.key_id, s.started_at,
      case when s.state = 'started' and s.started_at < now() - ${lostAfter}::interval then 'unknown' else s.state end
        as outcome,
      s.error, s.upstream_status, s.duration_ms, s.request_bytes, s.response_bytes
    from skill_calls s left join connections c on c.id = s.connection_id and c.profile_id = s.profile_id
    where ${where} order by s.id desc limit ${limit}`
}

/** Records a call that is not charged to a plan, such as the "who am I" of a new connection. */
export async function recordCall(
  sql: Sql,
  call: {
    id: string
    profileId: string
    keyId: string | null
    connectionId: string | null
    integration: string
    endpoint: string
  },
): Promise<void> {
  const row = {
    id: call.id,
    profile_id: call.profileId,
    key_id: call.keyId,
    connection_id: call.connectionId,
    integration: call.integration,
    endpoint: call.endpoint,
  }
  await sql`insert into skill_calls ${sql(row)}`
}
