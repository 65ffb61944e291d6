/** Random tokens that a browser or a link holds. What is stored is their SHA-256. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const pattern = /^[A-Za-z0-9_-]{43}$/

/** 256 random bits, base64url. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** Whether a text has the form of a token; anything else is not worth a query. */
export function isToken(text: string): boolean {
  return pattern.test(text)
}

export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** A second token that only whoever holds the first can name, for one purpose. */
export function deriveToken(token: string, purpose: string): string {
  return createHmac('sha256', token).update(purpose).digest('base64url')
}

/** Compares without telling by its time how much was right. */
export function isSame(given: string, wanted: string): boolean {
  return timingSafeEqual(hashToken(given), hashToken(wanted))
}
