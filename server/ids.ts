/**
 * Identifiers. Calls and requests have a UUIDv7 (RFC 9562), so that ids sort by time; rows that people name have
 * a prefix that says what they are.
 */
import { randomBytes, randomFillSync } from 'node:crypto'

const pool = Buffer.alloc(10 * 512)
let used = pool.length

/** A UUIDv7 of this moment. */
export function newCallId(): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const random = pool.toString('hex', used, used + 10)
  used += 10
  const time = Date.now().toString(16).padStart(12, '0')
  const variant = '89ab'[parseInt(random[3]!, 16) & 3]
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`
}

export type Prefix = 'prof' | 'key' | 'conn' | 'rev' | 'tok'

/** Whether a text is an id as `newId` makes them: nothing else needs to be looked up. */
export function isId(prefix: Prefix, text: string): boolean {
  return text.startsWith(`${prefix}_`) && /^[0-9a-f]{30}$/.test(text.slice(prefix.length + 1))
}

/** Such as conn_4f0c…: 120 random bits. */
export function newId(prefix: Prefix): string {
  return `${prefix}_${randomBytes(15).toString('hex')}`
}
