/** Queries about services: the names that scripts use, and the connection that each stands for. */
import type { Sql } from './sql.ts'

export interface Service {
  service: string
  integration: string
  account: string
  identifier: string
  cache_seconds: number
  updated_at: Date
}

export type ServiceChoice = Omit<Service, 'updated_at'>

const columns = ['service', 'integration', 'account', 'identifier', 'cache_seconds', 'updated_at'] as const

export async function saveServices(
  sql: Sql,
  profileId: string,
  choices: ServiceChoice[],
): Promise<Service[]> {
  const rows = choices.map((choice) => ({ profile_id: profileId, ...choice }))
  return sql<Service[]>`
    insert into services ${sql(rows)}
    on conflict (profile_id, service) do update set integration = excluded.integration,
      account = excluded.account, identifier = excluded.identifier, cache_seconds = excluded.cache_seconds,
      updated_at = now()
    returning ${sql(columns)}`
}

export function listServices(sql: Sql, profileId: string): Promise<Service[]> {
  return sql<Service[]>`
    select ${sql(columns)} from services where profile_id = ${profileId} order by service`
}

/** @returns false when there is none of that name */
export async function deleteService(sql: Sql, profileId: string, service: string): Promise<boolean> {
  const rows = await sql`
    delete from services where profile_id = ${profileId} and service = ${service} returning service`
  return rows.length > 0
}

/** How long a connection's token lives, by the database's clock; null where nobody says. */
export interface TokenLife {
  seconds: number | null
  until: Date | null
  /** Of the credential that this is said of. */
  version: number
}

/** @returns undefined when the connection is gone */
export async function tokenLife(sql: Sql, connectionId: string): Promise<TokenLife | undefined> {
  const [row] = await sql<TokenLife[]>`
    select extract(epoch from expires_at - now())::float8 as seconds, expires_at as until, version
    from credentials where connection_id = ${connectionId}`
  return row
}

/** Of connections that fit and are not active, the one that was so last: why there is no token. */
export async function findEnded(
  sql: Sql,
  profileId: string,
  wanted: { integration: string; account: string | null; identifier: string },
): Promise<{ status: string; account: string } | undefined> {
  const [row] = await sql<{ status: string; account: string }[]>`
    select status, account from connections
    where profile_id = ${profileId} and integration = ${wanted.integration}
      and identifier = ${wanted.identifier} and account = coalesce(${wanted.account}::text, account)
      and status in ('expired', 'revoked', 'error')
    order by updated_at desc limit 1`
  return row
}

/** A connection whose hosts depend on its variables. */
export interface VariedConnection {
  integration: string
  account: string
  variables: Record<string, string>
}

export function listVariedConnections(
  sql: Sql,
  profileId: string,
  identifier: string,
): Promise<VariedConnection[]> {
  return sql<VariedConnection[]>`
    select integration, account, variables from connections
    where profile_id = ${profileId} and identifier = ${identifier} and status = 'active' and variables <> '{}'`
}
