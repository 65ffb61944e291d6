/** The token of a connection as a script needs it: what the skill would put into requests, and nothing else. */
import type { Auth } from '#manifest'
import type { Access } from './authorize.ts'
import { makeJwt } from './jwt.ts'
import { fillSecrets } from './template.ts'

/** Ways that sign or encode each request have no token: there is nothing that could be handed out by itself. */
const withoutToken = new Set<Auth['type']>(['basic', 'oauth1', 'aws_sigv4', 'none'])

export function hasToken({ type }: Auth): boolean {
  return !withoutToken.has(type)
}

/** @throws Error when the credential lacks it */
export async function tokenOf(access: Access): Promise<string> {
  const { auth } = access
  if (auth.type === 'jwt' && auth.settings['direct'] === true) return makeJwt(access, undefined)
  if (auth.type !== 'bearer' && auth.type !== 'api_key') return fillSecrets('{access_token}', access)
  const secret = Object.entries(auth.fields).find(([, field]) => field.secret)?.[0] ?? 'token'
  return fillSecrets(`{${secret}}`, access)
}
