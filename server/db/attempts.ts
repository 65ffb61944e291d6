/**
 * Queries about tries. A try is counted before it is judged, so that no number of tries at once gets past the limit;
 * one that turns out right is given back.
 */
import type { Sql } from './sql.ts'

/** Tries of one subject, such as `password account ada@example.com`. */
export interface Limit {
  subject: string
  most: number
  windowSeconds: number
}

/**
 * Takes one try of each.
 * @returns ms until the last used-up window ends; null when the try is allowed
 */
export async function takeTry(sql: Sql, limits: Limit[]): Promise<number | null> {
  // In one order everywhere, so that two statements never wait for each other's rows.
  const rows = [...limits].sort((a, b) => (a.subject < b.subject ? -1 : 1))
  const taken = await sql<{ subject: string; count: number; wait_ms: number }[]>`
    insert into attempts as a (subject, count, ends_at)
    select subject, 1, now() + seconds * interval '1 second'
    from unnest(${rows.map((row) => row.subject)}::text[], ${rows.map((row) => row.windowSeconds)}::int[])
      as l (subject, seconds)
    on conflict (subject) do update set
      count = case when a.ends_at <= now() then 1 else a.count + 1 end,
      ends_at = case when a.ends_at <= now() then excluded.ends_at else a.ends_at end
    returning subject, count, ceil(extract(epoch from ends_at - now()) * 1000)::int as wait_ms`
  const most = new Map(limits.map((limit) => [limit.subject, limit.most]))
  const over = taken.filter((row) => row.count > most.get(row.subject)!)
  return over.length === 0 ? null : Math.max(...over.map((row) => row.wait_ms))
}

/** Gives a try back. */
export async function returnTry(sql: Sql, limits: Limit[]): Promise<void> {
  const subjects = limits.map((limit) => limit.subject).sort()
  await sql`
    with held as (select subject from attempts where subject = any(${subjects}) order by subject for update)
    update attempts a set count = greatest(0, a.count - 1) from held where a.subject = held.subject`
}

/** Windows that ended say nothing any more. */
export async function sweepAttempts(sql: Sql): Promise<void> {
  await sql`delete from attempts where ends_at < now() - interval '1 hour'`
}
