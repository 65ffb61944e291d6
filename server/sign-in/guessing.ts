/**
 * How often may be guessed. Each kind of try is counted for the one who tries and for what is tried, in windows;
 * tries that turn out right are given back.
 */
import { createHash } from 'node:crypto'
import type { Limit } from '../db/attempts.ts'

const quarterHour = 900
const tenMinutes = 600

/** A password: per account and per address. A locked account still opens by a one-time link. */
export function passwordTries(email: string, address: string): Limit[] {
  return [
    { subject: `password account ${digest(email.toLowerCase())}`, most: 10, windowSeconds: quarterHour },
    { subject: `password address ${address}`, most: 60, windowSeconds: quarterHour },
  ]
}

/** A one-time link; its token is beyond guessing, so this only keeps the noise down. */
export function linkTries(address: string): Limit[] {
  return [{ subject: `link address ${address}`, most: 60, windowSeconds: tenMinutes }]
}

/** A device's user code: 20^8 codes, so 900 guesses against 1,000 live ones hit with a chance of 3.5 in 100,000. */
export function userCodeTries(sessionHash: Buffer, address: string): Limit[] {
  return [
    { subject: `code session ${sessionHash.toString('base64url')}`, most: 5, windowSeconds: tenMinutes },
    { subject: `code address ${address}`, most: 30, windowSeconds: tenMinutes },
    { subject: 'code everybody', most: 900, windowSeconds: tenMinutes },
  ]
}

/** Beginning a device sign-in, which needs no account. */
export function deviceStarts(address: string): Limit[] {
  return [{ subject: `device address ${address}`, most: 60, windowSeconds: tenMinutes }]
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
