/**
 * Signing in a device that has no browser (RFC 8628). The device holds a long code, the person types a short one;
 * whoever decides has signed in first, and wrong codes are counted.
 */
import { randomBytes, randomInt } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Gateway } from '../app.ts'
import { returnTry, takeTry } from '../db/attempts.ts'
import {
  decideDevice,
  findPending,
  insertDeviceCode,
  intervalSeconds,
  lifetimeSeconds,
  type NewDeviceCode,
  type PendingDevice,
} from '../db/device-codes.ts'
import { keyRoom, type ApiKey } from '../db/keys.ts'
import { userCodeTries } from './guessing.ts'
import type { Visitor } from './session.ts'
import { hashToken } from './token.ts'

/** Letters that cannot be taken for each other and that make no words (RFC 8628, section 6.1): 20^8 codes. */
const alphabet = 'BCDFGHJKLMNPQRSTVWXZ'
const userCodeLength = 8

/** The device's answer, as RFC 8628 section 3.2 names its fields. */
export interface StartedDevice {
  device_code: string
  user_code: string
  verification_uri: string
  verification_uri_complete: string
  expires_in: number
  interval: number
}

export async function startDevice(
  { sql, publicUrl }: Gateway,
  asked: Omit<NewDeviceCode, 'deviceHash' | 'userHash'>,
): Promise<StartedDevice> {
  const deviceCode = randomBytes(20).toString('hex')
  for (;;) {
    const letters = Array.from({ length: userCodeLength }, () => alphabet[randomInt(alphabet.length)]).join(
      '',
    )
    const codes = { deviceHash: hashToken(deviceCode), userHash: hashToken(letters) }
    if (!(await insertDeviceCode(sql, { ...asked, ...codes }))) continue
    const userCode = `${letters.slice(0, 4)}-${letters.slice(4)}`
    return {
      device_code: deviceCode,
      user_code: userCode,
      verification_uri: `${publicUrl()}/device`,
      verification_uri_complete: `${publicUrl()}/device?user_code=${userCode}`,
      expires_in: lifetimeSeconds,
      interval: intervalSeconds,
    }
  }
}

/** A code as it is shown, however it was typed; undefined when it cannot be one. */
export function readUserCode(text: string): string | undefined {
  const letters = text.toUpperCase().replace(/[^A-Z]/g, '')
  const fits = letters.length === userCodeLength && [...letters].every((letter) => alphabet.includes(letter))
  return fits && text.length <= 40 ? `${letters.slice(0, 4)}-${letters.slice(4)}` : undefined
}

export type LookUp = PendingDevice | 'unknown' | { waitMs: number }

/** The sign-in that a code belongs to. A wrong code costs a try. */
export async function lookUpDevice(
  { sql }: Gateway,
  request: FastifyRequest,
  visitor: Visitor,
  userCode: string | undefined,
): Promise<LookUp> {
  const tries = userCodeTries(visitor.sessionHash, request.ip)
  const waitMs = await takeTry(sql, tries)
  if (waitMs !== null) return { waitMs }
  const found = userCode === undefined ? undefined : await findPending(sql, hashOf(userCode))
  if (found === undefined) return 'unknown'
  await returnTry(sql, tries)
  return found
}

/** Keys of which one has to go before there can be another; empty when there is room. */
export async function keysInTheWay({ sql }: Gateway, visitor: Visitor): Promise<ApiKey[]> {
  const { limit, held } = await keyRoom(sql, visitor.profileId)
  return limit !== null && held.length >= limit ? held : []
}

/** @returns false when there was nothing to decide any more */
export function decide(
  { sql }: Gateway,
  visitor: Visitor,
  userCode: string,
  choice: { approve: boolean; readOnly: boolean; replacesKey: string | null },
): Promise<boolean> {
  return decideDevice(sql, hashOf(userCode), { ...choice, profileId: visitor.profileId })
}

function hashOf(userCode: string): Buffer {
  return hashToken(userCode.replace('-', ''))
}
