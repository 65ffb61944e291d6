/** Queries about sessions. A session is known by the SHA-256 of what the browser's cookie holds. */
import type { Sql } from './sql.ts'

export type SignInMethod = 'link' | 'password' | 'oidc'

/** A session that is in force, and whose it is. */
export interface SignedIn {
  profileId: string
  email: string
  displayName: string | null
  plan: string
  hasPassword: boolean
  method: SignInMethod
}

export interface NewSession {
  idHash: Buffer
  profileId: string
  method: SignInMethod
  userAgent: string
  address: string
}

export interface SessionRow {
  /** Names it on a page; opens nothing. */
  handle: string
  method: SignInMethod
  user_agent: string
  address: string | null
  created_at: Date
  last_seen_at: Date
  current: boolean
}

const lifetime = '30 days'

/** Rewritten at most this often, so that a page view is usually no write. */
const seenEvery = '1 minute'

export async function insertSession(sql: Sql, session: NewSession): Promise<void> {
  await sql`delete from sessions where expires_at < now()`
  await sql`
    insert into sessions (id_hash, profile_id, method, user_agent, address, expires_at)
    values (${session.idHash}, ${session.profileId}, ${session.method}, ${session.userAgent}, ${session.address},
      now() + ${lifetime}::interval)`
}

export async function findSession(sql: Sql, idHash: Buffer): Promise<SignedIn | undefined> {
  const [row] = await sql<SignedIn[]>`
    with seen as (
      update sessions set last_seen_at = now()
      where id_hash = ${idHash} and expires_at > now() and last_seen_at < now() - ${seenEvery}::interval
    )
    select p.id as "profileId", p.email, p.display_name as "displayName", p.plan, s.method,
      p.password_hash is not null as "hasPassword"
    from sessions s join profiles p on p.id = s.profile_id
    where s.id_hash = ${idHash} and s.expires_at > now()`
  return row
}

/** The newest use first. */
export function listSessions(sql: Sql, profileId: string, current: Buffer): Promise<SessionRow[]> {
  return sql<SessionRow[]>`
    select left(encode(sha256(id_hash), 'hex'), 24) as handle, method, user_agent, host(address) as address,
      created_at, last_seen_at, id_hash = ${current} as current
    from sessions where profile_id = ${profileId} and expires_at > now()
    order by current desc, last_seen_at desc`
}

export async function deleteSession(sql: Sql, idHash: Buffer): Promise<void> {
  await sql`delete from sessions where id_hash = ${idHash}`
}

/** @returns false when the profile has no such session */
export async function deleteSessionByHandle(sql: Sql, profileId: string, handle: string): Promise<boolean> {
  const rows = await sql`
    delete from sessions
    where profile_id = ${profileId} and left(encode(sha256(id_hash), 'hex'), 24) = ${handle} returning method`
  return rows.length > 0
}

/** @param except the session that stays; null ends all */
export async function deleteSessions(sql: Sql, profileId: string, except: Buffer | null): Promise<void> {
  await sql`
    delete from sessions
    where profile_id = ${profileId} and (${except}::bytea is null or id_hash <> ${except}::bytea)`
}
