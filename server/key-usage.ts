/**
 * Counts how often each key of the ring encrypts, and tells the operator in time: under one key, AES-GCM with random
 * nonces is good for 2^32 encryptions (NIST SP 800-38D).
 */
import { addEncryptions } from './db/ring.ts'
import type { Sql } from './db/sql.ts'

export interface KeyUsage {
  /** Never throws and never waits. */
  count(keyId: string): void
  /** Resolves when everything counted so far is written, or has failed to be. */
  drain(): Promise<void>
}

/** Nine tenths of 2^32. */
export const alarmAt = 3_865_470_566

const pauseMs = 1_000

/**
 * @param warn told at most once a key and process
 * @param limit encryptions from which the operator is told
 */
export function makeKeyUsage(
  sql: Sql,
  warn: (message: string, details: Record<string, unknown>) => void,
  limit = alarmAt,
): KeyUsage {
  let counted = new Map<string, number>()
  const told = new Set<string>()
  let timer: NodeJS.Timeout | undefined

  const drain = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    const counts = counted
    if (counts.size === 0) return
    counted = new Map()
    const totals = await addEncryptions(sql, counts).catch(() => {
      // Written with the next ones.
      for (const [id, n] of counts) counted.set(id, (counted.get(id) ?? 0) + n)
      return new Map<string, number>()
    })
    for (const [key, encryptions] of totals) {
      if (encryptions < limit || told.has(key)) continue
      told.add(key)
      warn(
        'a key of SKILLETT_SECRET_KEYS is nearly used up: put a new one first and run skillett admin rotate-secrets',
        {
          key,
          encryptions,
        },
      )
    }
  }
  return {
    count(keyId) {
      counted.set(keyId, (counted.get(keyId) ?? 0) + 1)
      timer ??= setTimeout(() => void drain(), pauseMs)
      timer.unref()
    },
    drain,
  }
}
