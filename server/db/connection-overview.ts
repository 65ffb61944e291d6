/** Connections as their owner looks at them: with what was granted and when they were last used. */
import type { Sql } from './sql.ts'

export interface ConnectionOverview {
  id: string
  integration: string
  account: string
  identifier: string
  auth: string
  status: string
  identity: string | null
  created_at: Date
  scopes_granted: string[] | null
  /** Asked for and not granted. */
  scopes_lost: string[]
  /** null: not by any of the latest calls. */
  last_used_at: Date | null
}

/** Looking through a whole log for a connection that is not used would take as long as the log is. */
const latestCalls = 5_000

export function overviewConnections(sql: Sql, profileId: string): Promise<ConnectionOverview[]> {
  return sql<ConnectionOverview[]>`
    with used as (
      select connection_id, max(started_at) as last_used_at
      from (
        select connection_id, started_at from skill_calls
        where profile_id = ${profileId} order by id desc limit ${latestCalls}
      ) latest
      group by connection_id
    )
    select c.id, c.integration, c.account, c.identifier, c.auth, c.status, c.identity, c.created_at,
      r.scopes_granted, coalesce(r.scopes_lost, '{}') as scopes_lost, used.last_used_at
    from connections c
    left join credentials r on r.connection_id = c.id
    left join used on used.connection_id = c.id
    where c.profile_id = ${profileId} order by c.integration, c.identifier, c.account`
}
