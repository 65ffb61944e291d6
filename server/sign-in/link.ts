/** One-time sign-in links: made by the operator, opened by a person, used up by a button and never by a preview. */
import { insertLink } from '../db/sign-in-links.ts'
import type { Sql } from '../db/sql.ts'
import { hashToken, newToken } from './token.ts'

/** Works once, for an hour. */
export async function makeSignInUrl(sql: Sql, publicUrl: string, profileId: string): Promise<string> {
  const token = newToken()
  await insertLink(sql, hashToken(token), profileId)
  return `${publicUrl}/sign-in/link/${token}`
}
