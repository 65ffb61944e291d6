/**
 * Keeps the leases of this process alive while token requests are under way: every two seconds, on a database
 * connection of its own, all of them in one statement. A beat that fails is not repeated; the next one is near.
 */
import { beat, type Claim } from '../db/leases.ts'
import type { Sql } from '../db/sql.ts'

export interface Heartbeat {
  /** @returns a function that ends it */
  keep(claim: Claim): () => void
}

const everyMs = 2_000

export function makeHeartbeat(sql: Sql): Heartbeat {
  const claims = new Set<Claim>()
  let timer: NodeJS.Timeout | undefined
  const tick = (): void => {
    beat(sql, [...claims]).catch(() => {})
  }
  return {
    keep(claim) {
      claims.add(claim)
      timer ??= setInterval(tick, everyMs)
      return () => {
        claims.delete(claim)
        if (claims.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
  }
}
