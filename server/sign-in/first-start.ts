/** The first start of a gateway with a database of its own: somebody has to be able to sign in. */
import { createFirstProfile } from '../db/profiles.ts'
import type { Sql } from '../db/sql.ts'
import { makeSignInUrl } from './link.ts'

/** Whoever starts the gateway; `skillett admin create-user` makes the others. */
const operator = { email: 'operator@localhost', plan: 'unlimited' }

/** @returns the operator's one-time link; undefined when there are profiles already */
export async function welcome(sql: Sql, publicUrl: string): Promise<string | undefined> {
  const profile = await createFirstProfile(sql, operator.email, operator.plan)
  return profile && makeSignInUrl(sql, publicUrl, profile.id)
}
