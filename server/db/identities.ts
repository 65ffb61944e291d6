/** Queries about whom an OpenID provider means. */
import type { Sql } from './sql.ts'

export interface ProviderIdentity {
  issuer: string
  subject: string
  /** null unless the provider has verified it. */
  email: string | null
}

/**
 * The profile that this identity stands for. The first time it is found by its verified address, and then by its
 * subject, whatever becomes of the address. No profile is made.
 */
export async function profileOfIdentity(sql: Sql, identity: ProviderIdentity): Promise<string | undefined> {
  const { issuer, subject, email } = identity
  const [known] = await sql<{ profile_id: string }[]>`
    select profile_id from identities where issuer = ${issuer} and subject = ${subject}`
  if (known !== undefined || email === null) return known?.profile_id
  const [linked] = await sql<{ profile_id: string }[]>`
    insert into identities (issuer, subject, profile_id)
    select ${issuer}, ${subject}, p.id from profiles p
    where p.email = ${email.toLowerCase()}
      and not exists (select from identities i where i.issuer = ${issuer} and i.profile_id = p.id)
    on conflict (issuer, subject) do update set issuer = excluded.issuer
    returning profile_id`
  return linked?.profile_id
}
