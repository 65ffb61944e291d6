/** Queries about connections and their sealed credentials. */
import { newId } from '../ids.ts'
import type { SealedCredential } from './admission.ts'
import { insertRevocation, type Revocation } from './revocations.ts'
import type { Sql, Tx } from './sql.ts'

export interface ConnectionRow {
  id: string
  integration: string
  account: string
  identifier: string
  auth: string
  status: string
  identity: string | null
  created_at: Date
  updated_at: Date
}

export interface StoredConnection extends ConnectionRow {
  variables: Record<string, string>
  credential: SealedCredential | null
}

/** A connection as it is to be stored. */
export interface NewConnection {
  profileId: string
  integration: string
  account: string
  identifier: string
  auth: string
  identity: string | null
  variables: Record<string, string>
  /** Of the connection, when it will be a new one; made when not given. */
  id?: string
  /** What is known of fetched tokens. */
  tokens?: TokenFacts
}

export interface TokenFacts {
  /** Seconds from now; null when the service does not say. */
  expiresIn: number | null
  scopesGranted: string[]
  scopesLost: string[]
}

export type SaveResult = { id: string } | { limit: number } | { otherIdentity: string }

const columns = [
  'id',
  'integration',
  'account',
  'identifier',
  'auth',
  'status',
  'identity',
  'created_at',
  'updated_at',
] as const

/**
 * Stores an active connection, replacing the one of the same label, and its credential.
 * @param sealFor seals the credential for the connection's id
 * @returns its id, the plan's limit that forbids it, or whose account the label already stands for
 */
export function saveConnection(
  sql: Sql,
  wanted: NewConnection,
  sealFor: (connectionId: string) => Omit<SealedCredential, 'version'>,
): Promise<SaveResult> {
  return sql.begin(async (tx) => {
    const [plan] = await tx<{ connections: number | null }[]>`
      select plan.connections from profiles p join plans plan on plan.name = p.plan
      where p.id = ${wanted.profileId} for update of p`
    const [present] = await tx<{ id: string; identity: string | null }[]>`
      select id, identity from connections
      where profile_id = ${wanted.profileId} and integration = ${wanted.integration}
        and identifier = ${wanted.identifier} and account = ${wanted.account}`
    if (present?.identity != null && wanted.identity !== null && present.identity !== wanted.identity)
      return { otherIdentity: present.identity }
    const limit = plan?.connections ?? null
    if (present === undefined && limit !== null && (await countConnections(tx, wanted.profileId)) >= limit)
      return { limit }
    const id = present?.id ?? wanted.id ?? newId('conn')
    const row = {
      id,
      profile_id: wanted.profileId,
      integration: wanted.integration,
      account: wanted.account,
      identifier: wanted.identifier,
      auth: wanted.auth,
      status: 'active',
      identity: wanted.identity,
      variables: tx.json(wanted.variables),
    }
    await tx`
      insert into connections ${tx(row)}
      on conflict (id) do update set auth = excluded.auth, status = 'active', identity = excluded.identity,
        variables = excluded.variables, updated_at = now()`
    await saveCredential(tx, id, sealFor(id), wanted.tokens)
    return { id }
  })
}

async function countConnections(tx: Tx, profileId: string): Promise<number> {
  const [row] = await tx<
    { n: number }[]
  >`select count(*)::int as n from connections where profile_id = ${profileId}`
  return row!.n
}

async function saveCredential(
  tx: Tx,
  id: string,
  credential: Omit<SealedCredential, 'version'>,
  tokens: TokenFacts | undefined,
): Promise<void> {
  const row = {
    connection_id: id,
    key_id: credential.keyId,
    wrapped_key: credential.wrappedKey,
    sealed: credential.sealed,
    scopes_granted: tokens?.scopesGranted ?? null,
    scopes_lost: tokens?.scopesLost ?? [],
  }
  // A refresh that is under way finds another fence and version, and changes nothing.
  await tx`
    insert into credentials ${tx(row)}
    on conflict (connection_id) do update set key_id = excluded.key_id, wrapped_key = excluded.wrapped_key,
      sealed = excluded.sealed, version = credentials.version + 1, updated_at = now(),
      fence = credentials.fence + 1, lease_until = null, sent_at = null, takeovers = 0, failures = 0,
      not_before = null, refreshed_at = null, ended = null, scopes_granted = excluded.scopes_granted,
      scopes_lost = excluded.scopes_lost`
  await tx`
    update credentials set expires_at = now() + ${tokens?.expiresIn ?? null}::int * interval '1 second'
    where connection_id = ${id}`
  await tx`delete from token_candidates where connection_id = ${id}`
}

/** Whether the plan has room for what is asked for. @returns null when it has, else its limit */
export async function roomForConnection(
  sql: Sql,
  wanted: Pick<NewConnection, 'profileId' | 'integration' | 'identifier'> & { account: string | null },
): Promise<number | null> {
  const [row] = await sql<{ connections: number | null; held: number; present: boolean }[]>`
    select plan.connections,
      (select count(*)::int from connections where profile_id = p.id) as held,
      exists (
        select from connections c
        where c.profile_id = p.id and c.integration = ${wanted.integration} and c.identifier = ${wanted.identifier}
          and c.account = coalesce(${wanted.account}::text, c.account)
      ) as present
    from profiles p join plans plan on plan.name = p.plan where p.id = ${wanted.profileId}`
  if (row === undefined || row.connections === null || row.present || row.held < row.connections) return null
  return row.connections
}

export function listConnections(sql: Sql, profileId: string): Promise<ConnectionRow[]> {
  return sql<ConnectionRow[]>`
    select ${sql(columns)} from connections where profile_id = ${profileId}
    order by integration, identifier, account`
}

export async function findConnection(
  sql: Sql | Tx,
  profileId: string,
  id: string,
): Promise<StoredConnection | undefined> {
  const [row] = await sql`
    select c.*, r.key_id, r.wrapped_key, r.sealed, r.version
    from connections c left join credentials r on r.connection_id = c.id
    where c.id = ${id} and c.profile_id = ${profileId}`
  if (row === undefined) return undefined
  const credential =
    row['sealed'] === null
      ? null
      : {
          keyId: row['key_id'],
          wrappedKey: row['wrapped_key'],
          sealed: row['sealed'],
          version: row['version'],
        }
  return { ...(row as ConnectionRow & { variables: Record<string, string> }), credential }
}

export async function setConnectionStatus(sql: Sql, id: string, status: 'active' | 'expired'): Promise<void> {
  await sql`update connections set status = ${status}, updated_at = now() where id = ${id} and status <> ${status}`
}

/**
 * Deletes a connection and, with its credential row, its data key.
 * @param revocationFor what is to be told to the service, in the same transaction; null for nothing
 * @returns false when there is none
 */
export function deleteConnection(
  sql: Sql,
  profileId: string,
  id: string,
  revocationFor: (connection: StoredConnection) => Revocation | null,
): Promise<boolean> {
  return sql.begin(async (tx) => {
    // The lock keeps a refresh from storing tokens that nobody would revoke.
    await tx`select from profiles where id = ${profileId} for update`
    await tx`select from credentials where connection_id = ${id} for update`
    const connection = await findConnection(tx, profileId, id)
    if (connection === undefined) return false
    const revocation = revocationFor(connection)
    if (revocation !== null) await insertRevocation(tx, revocation)
    await tx`delete from connections where id = ${id} and profile_id = ${profileId}`
    return true
  })
}
