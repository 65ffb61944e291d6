/**
 * Ways whose token is fetched with what the connection holds, so that it can be fetched again at any time: what to
 * ask, by type, and the credential with the token in it.
 */
import type { AuthType } from '#manifest'
import type { UpstreamAnswer } from '../upstream/client.ts'
import type { Access } from './authorize.ts'
import { Secret } from './secret.ts'
import { readToken } from './token-answer.ts'
import { clientCredentialsRequest, jwtRequest, logInRequest, type TokenRequest } from './token-request.ts'
import type { Credential } from './vault.ts'

/** Sends one request to a URL of the skill, through the egress and its rules. */
export type Send = (request: TokenRequest) => Promise<UpstreamAnswer>

export interface Renewed {
  /** All of it, to be sealed in place of the one before. */
  credential: Credential
  /** Seconds from the request; null when the service does not say. */
  expiresIn: number | null
  /** What the token endpoint answered. Holds secrets. */
  document: unknown
}

const requests: Partial<Record<AuthType, (access: Access) => TokenRequest | Promise<TokenRequest>>> = {
  client_credentials: clientCredentialsRequest,
  jwt: jwtRequest,
  two_step: logInRequest,
}

/** Whether a way fetches its own token from what a person entered. */
export function isRenewable({ auth }: Pick<Access, 'auth'>): boolean {
  return requests[auth.type] !== undefined && auth.settings['direct'] !== true
}

/**
 * Fetches a token.
 * @throws CredentialRefused, TokenUnavailable (token-answer.ts), and what `send` throws
 */
export async function renew(access: Access, send: Send): Promise<Renewed> {
  const request = await requests[access.auth.type]!(access)
  const { text, expiresIn, document } = readToken(access.auth.settings, await send(request))
  return { credential: { ...access.credential, access_token: new Secret(text) }, expiresIn, document }
}
