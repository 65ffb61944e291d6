/** Queries about the keys of this gateway. */
import { hashApiKey, makeApiKey, prefixOf } from '../credentials/api-key.ts'
import { newId } from '../ids.ts'
import type { Sql, Tx } from './sql.ts'

export interface ApiKey {
  id: string
  name: string
  key_prefix: string
  scopes: string[]
  read_only: boolean
  /** May be given the tokens of connections. */
  tokens: boolean
  last_used_at: Date | null
  expires_at: Date | null
  revoked_at: Date | null
  created_at: Date
}

export interface KeyRequest {
  name: string
  scopes: string[]
  readOnly: boolean
  /** Without it, no. */
  tokens?: boolean
  expiresAt: Date | null
}

const columns = [
  'id',
  'name',
  'key_prefix',
  'scopes',
  'read_only',
  'tokens',
  'last_used_at',
  'expires_at',
  'revoked_at',
  'created_at',
] as const

export type CreatedKey = { apiKey: ApiKey; fullKey: string }

/** @returns the key, shown this once, or the plan's limit that forbids another */
export function createKey(
  sql: Sql,
  profileId: string,
  asked: KeyRequest,
): Promise<CreatedKey | { limit: number }> {
  return sql.begin((tx) => createKeyWithin(tx, profileId, asked))
}

/** As `createKey`, in a transaction that does more. */
export async function createKeyWithin(
  tx: Tx,
  profileId: string,
  asked: KeyRequest,
): Promise<CreatedKey | { limit: number }> {
  // The row lock makes two requests at the limit wait for each other.
  const [plan] = await tx<{ keys: number | null }[]>`
    select plan.keys from profiles p join plans plan on plan.name = p.plan where p.id = ${profileId} for update of p`
  const [held] = await tx<{ n: number }[]>`
    select count(*)::int as n from api_keys
    where profile_id = ${profileId} and revoked_at is null and (expires_at is null or expires_at > now())`
  const limit = plan?.keys ?? null
  if (limit !== null && held!.n >= limit) return { limit }
  const fullKey = makeApiKey()
  const row = {
    id: newId('key'),
    profile_id: profileId,
    name: asked.name,
    key_hash: Buffer.from(hashApiKey(fullKey), 'hex'),
    key_prefix: prefixOf(fullKey),
    scopes: asked.scopes,
    read_only: asked.readOnly,
    tokens: asked.tokens ?? false,
    expires_at: asked.expiresAt,
  }
  const [apiKey] = await tx<ApiKey[]>`insert into api_keys ${tx(row)} returning ${tx(columns)}`
  return { apiKey: apiKey!, fullKey }
}

/** How many keys the plan allows, where it limits them, and those that count now. */
export async function keyRoom(
  sql: Sql,
  profileId: string,
): Promise<{ limit: number | null; held: ApiKey[] }> {
  const [plan] = await sql<{ keys: number | null }[]>`
    select plan.keys from profiles p join plans plan on plan.name = p.plan where p.id = ${profileId}`
  const held = await sql<ApiKey[]>`
    select ${sql(columns)} from api_keys
    where profile_id = ${profileId} and revoked_at is null and (expires_at is null or expires_at > now())
    order by last_used_at nulls first, created_at`
  return { limit: plan?.keys ?? null, held }
}

/** Newest first; revoked keys stay listed. */
export function listKeys(sql: Sql, profileId: string): Promise<ApiKey[]> {
  return sql<ApiKey[]>`
    select ${sql(columns)} from api_keys where profile_id = ${profileId} order by created_at desc, id`
}

export async function findKey(sql: Sql, keyId: string): Promise<ApiKey | undefined> {
  const [key] = await sql<ApiKey[]>`select ${sql(columns)} from api_keys where id = ${keyId}`
  return key
}

/** @returns false when the profile has no such key; a revoked one stays as it is */
export async function revokeKey(sql: Sql, profileId: string, keyId: string): Promise<boolean> {
  const rows = await sql`
    update api_keys set revoked_at = coalesce(revoked_at, now())
    where id = ${keyId} and profile_id = ${profileId} returning id`
  return rows.length > 0
}

/** Whoever holds a key may end it (RFC 7009). */
export async function revokeKeyByHash(sql: Sql, keyHash: string): Promise<void> {
  await sql`
    update api_keys set revoked_at = now() where key_hash = ${Buffer.from(keyHash, 'hex')} and revoked_at is null`
}
