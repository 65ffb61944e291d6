/**
 * Outcomes: what became of recorded calls, written in batches behind the answers.
 * Losing one in a crash is allowed (the call then reads `unknown`), so the commit does not wait for the disk.
 */
import type { Sql } from './sql.ts'

export interface Outcome {
  id: string
  /** null when no key asked for the call. */
  keyId: string | null
  state: 'done' | 'failed' | 'not_sent'
  error: string | null
  upstreamStatus: number | null
  durationMs: number
  requestBytes: number
  responseBytes: number
}

export interface Outcomes {
  /** Never throws and never waits. */
  note(outcome: Outcome): void
  /** Resolves when everything noted so far is written, or has failed to be. */
  drain(): Promise<void>
}

const mostRows = 1000
const pauseMs = 20

/** @param onError told when a batch could not be written; its calls stay `started` */
export function makeOutcomes(sql: Sql, onError: (error: unknown) => void): Outcomes {
  let noted: Outcome[] = []
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> | undefined

  const write = async (): Promise<void> => {
    while (noted.length > 0) {
      const rows = noted.splice(0, mostRows)
      await writeTogether(sql, rows).catch(onError)
    }
    writing = undefined
  }
  const start = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    return (writing ??= write())
  }
  return {
    note(outcome) {
      noted.push(outcome)
      if (writing === undefined) timer ??= setTimeout(start, pauseMs)
    },
    drain: start,
  }
}

async function writeTogether(sql: Sql, rows: Outcome[]): Promise<void> {
  await sql`
    with relaxed as materialized (
      select set_config('synchronous_commit', 'off', true)
    ), outcome as (
      select * from unnest(
        ${rows.map((row) => row.id)}::uuid[], ${rows.map((row) => row.state)}::text[],
        ${rows.map((row) => row.error)}::text[], ${rows.map((row) => row.upstreamStatus)}::smallint[],
        ${rows.map((row) => row.durationMs)}::int[], ${rows.map((row) => row.requestBytes)}::int[],
        ${rows.map((row) => row.responseBytes)}::int[]
      ) as o (id, state, error, upstream_status, duration_ms, request_bytes, response_bytes), relaxed
    ), used as (
      update api_keys set last_used_at = now()
      where id = any(${[...new Set(rows.map((row) => row.keyId))]}::text[])
        and (last_used_at is null or last_used_at < now() - interval '1 minute')
    )
    update skill_calls c set state = o.state, error = o.error, upstream_status = o.upstream_status,
      duration_ms = o.duration_ms, request_bytes = o.request_bytes, response_bytes = o.response_bytes
    from outcome o where c.id = o.id`
}
