/** Whether the database answers. */
import type { Sql } from './sql.ts'

const deadlineMs = 2_000

export async function isReachable(sql: Sql): Promise<boolean> {
  const query = sql`select 1`
  const timer = setTimeout(() => query.cancel(), deadlineMs)
  const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), deadlineMs).unref())
  const answer = query.then(
    () => true,
    () => false,
  )
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}
