/** Queries about the OAuth apps of integrations. */
import type { SealedCredential } from './admission.ts'
import type { Sql } from './sql.ts'

export interface StoredApp {
  clientId: string
  secret: SealedCredential
}

export interface AppRow {
  integration: string
  client_id: string
  updated_at: Date
}

export async function saveApp(
  sql: Sql,
  integration: string,
  clientId: string,
  secret: Omit<SealedCredential, 'version'>,
): Promise<AppRow> {
  const row = {
    integration,
    client_id: clientId,
    key_id: secret.keyId,
    wrapped_key: secret.wrappedKey,
    sealed: secret.sealed,
  }
  const [saved] = await sql<AppRow[]>`
    insert into oauth_apps ${sql(row)}
    on conflict (integration) do update set client_id = excluded.client_id, key_id = excluded.key_id,
      wrapped_key = excluded.wrapped_key, sealed = excluded.sealed, updated_at = now()
    returning integration, client_id, updated_at`
  return saved!
}

export async function findApp(sql: Sql, integration: string): Promise<StoredApp | undefined> {
  const [row] = await sql`
    select client_id, key_id, wrapped_key, sealed from oauth_apps where integration = ${integration}`
  if (row === undefined) return undefined
  return {
    clientId: row['client_id'],
    secret: { keyId: row['key_id'], wrappedKey: row['wrapped_key'], sealed: row['sealed'], version: 1 },
  }
}

export function listApps(sql: Sql): Promise<AppRow[]> {
  return sql<AppRow[]>`select integration, client_id, updated_at from oauth_apps order by integration`
}
