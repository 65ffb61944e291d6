/**
 * Queries about device sign-ins (RFC 8628). Both codes are stored as SHA-256. Each step is one transaction on the
 * locked row, so that one poll among many gets the key.
 */
import { createKeyWithin, type CreatedKey } from './keys.ts'
import { sqlState, type Sql, type Tx } from './sql.ts'

export interface NewDeviceCode {
  deviceHash: Buffer
  userHash: Buffer
  clientId: string | null
  clientName: string
  machine: string | null
  address: string
  scopes: string[]
}

/** What the person who decides gets to see. */
export interface PendingDevice {
  client_name: string
  machine: string | null
  requested_from: string | null
  scopes: string[]
  created_at: Date
}

export interface Decision {
  approve: boolean
  profileId: string
  readOnly: boolean
  /** The key that this one takes the place of. */
  replacesKey: string | null
}

export type Poll =
  | 'unknown'
  | 'pending'
  | 'too_fast'
  | 'denied'
  | 'expired'
  | { created: CreatedKey; email: string; displayName: string | null }

export const lifetimeSeconds = 900
export const intervalSeconds = 5

/** How much later a poll that is too fast has to come (RFC 8628, section 3.5). */
const slowerBySeconds = 5

/** What a network may take off the time between two polls. */
const leewaySeconds = 1

const uniqueViolation = '23505'

/** @returns false when the user code is taken */
export async function insertDeviceCode(sql: Sql, device: NewDeviceCode): Promise<boolean> {
  await sql`delete from device_codes where expires_at < now() - interval '1 day'`
  try {
    await sql`
      insert into device_codes (device_code_hash, user_code_hash, client_id, client_name, machine, requested_from,
        scopes, interval_seconds, expires_at)
      values (${device.deviceHash}, ${device.userHash}, ${device.clientId}, ${device.clientName}, ${device.machine},
        ${device.address}, ${device.scopes}, ${intervalSeconds}, now() + ${lifetimeSeconds} * interval '1 second')`
    return true
  } catch (error) {
    if (sqlState(error) === uniqueViolation) return false
    throw error
  }
}

/** Only what can still be decided. */
export async function findPending(sql: Sql, userHash: Buffer): Promise<PendingDevice | undefined> {
  const [row] = await sql<PendingDevice[]>`
    select client_name, machine, host(requested_from) as requested_from, scopes, created_at
    from device_codes where user_code_hash = ${userHash} and status = 'pending' and expires_at > now()`
  return row
}

/** @returns false when there was nothing to decide any more */
export async function decideDevice(sql: Sql, userHash: Buffer, decision: Decision): Promise<boolean> {
  const rows = await sql`
    update device_codes set status = ${decision.approve ? 'approved' : 'denied'}, profile_id = ${decision.profileId},
      read_only = ${decision.readOnly}, decided_at = now(),
      replaces_key = (select id from api_keys where id = ${decision.replacesKey} and profile_id = ${decision.profileId})
    where user_code_hash = ${userHash} and status = 'pending' and expires_at > now() returning status`
  return rows.length > 0
}

interface DeviceRow {
  status: 'pending' | 'approved' | 'denied' | 'used'
  client_id: string | null
  client_name: string
  machine: string | null
  scopes: string[]
  read_only: boolean
  replaces_key: string | null
  profile_id: string | null
  expired: boolean
  too_fast: boolean
}

/** One poll. The first one after the approval gets the key, and no other does. */
export function pollDevice(sql: Sql, deviceHash: Buffer, clientId: string | null): Promise<Poll> {
  return sql.begin(async (tx) => {
    const [device] = await tx<DeviceRow[]>`
      select status, client_id, client_name, machine, scopes, read_only, replaces_key, profile_id,
        expires_at <= now() as expired,
        coalesce(last_polled_at > now() - (interval_seconds - ${leewaySeconds}::int) * interval '1 second', false) as too_fast
      from device_codes where device_code_hash = ${deviceHash} for update`
    if (device === undefined || device.client_id !== clientId || device.status === 'used') return 'unknown'
    if (device.status === 'denied') return 'denied'
    if (device.expired) return 'expired'
    if (device.status === 'approved') return redeem(tx, deviceHash, device)
    await tx`
      update device_codes set last_polled_at = now(),
        interval_seconds = interval_seconds + ${device.too_fast ? slowerBySeconds : 0}
      where device_code_hash = ${deviceHash}`
    return device.too_fast ? 'too_fast' : 'pending'
  })
}

async function redeem(tx: Tx, deviceHash: Buffer, device: DeviceRow): Promise<Poll> {
  if (device.replaces_key !== null)
    await tx`update api_keys set revoked_at = coalesce(revoked_at, now()) where id = ${device.replaces_key}`
  const created = await createKeyWithin(tx, device.profile_id!, {
    name: nameOf(device),
    scopes: device.scopes,
    readOnly: device.read_only,
    expiresAt: null,
  })
  const full = 'limit' in created
  await tx`
    update device_codes set status = ${full ? 'denied' : 'used'} where device_code_hash = ${deviceHash}`
  if (full) return 'denied'
  const [profile] = await tx<{ email: string; displayName: string | null }[]>`
    select email, display_name as "displayName" from profiles where id = ${device.profile_id}`
  return { created, ...profile! }
}

/** How the key is called in lists. */
function nameOf({ client_name, machine }: Pick<DeviceRow, 'client_name' | 'machine'>): string {
  return [...(machine === null ? client_name : `${client_name} on ${machine}`)].slice(0, 100).join('')
}
