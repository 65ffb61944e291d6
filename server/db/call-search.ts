/** The audit log as people search it. */
import type { CallRow } from './calls.ts'
import type { Sql } from './sql.ts'

/** null: whatever it is. */
export interface CallFilter {
  integration: string | null
  outcome: 'done' | 'refused' | 'failed' | 'unknown' | null
  keyId: string | null
  /** Id of the last row of the page before. */
  before: string | null
}

/** `refused` is what the service answered with 400 or above. */
export interface ListedCall extends Omit<CallRow, 'outcome'> {
  outcome: 'started' | 'done' | 'refused' | 'failed' | 'unknown' | 'not_sent'
}

/** Newest first. */
export function searchCalls(
  sql: Sql,
  profileId: string,
  { integration, outcome, keyId, before }: CallFilter,
  limit: number,
): Promise<ListedCall[]> {
  return sql<ListedCall[]>`
    select * from (
      select s.id, s.integration, s.endpoint, c.account, s.key_id, s.started_at, s.error, s.upstream_status,
        s.duration_ms, s.request_bytes, s.response_bytes,
        case
          when s.state = 'started' and s.started_at < now() - interval '5 minutes' then 'unknown'
          when s.state = 'done' and s.upstream_status >= 400 then 'refused'
          else s.state
        end as outcome
      from skill_calls s left join connections c on c.id = s.connection_id and c.profile_id = s.profile_id
      where s.profile_id = ${profileId}
        and (${integration}::text is null or s.integration = ${integration}::text)
        and (${keyId}::text is null or s.key_id = ${keyId}::text)
        and (${before}::uuid is null or s.id < ${before}::uuid)
    ) calls
    where ${outcome}::text is null or outcome = ${outcome}::text
    order by id desc limit ${limit}`
}
