/** Whether the database answers. */
import { withDeadline, type Sql } from './sql.ts'

const deadlineMs = 2_000

export function isReachable(sql: Sql): Promise<boolean> {
  return withDeadline(sql`select 1`, deadlineMs).then(
    () => true,
    () => false,
  )
}
