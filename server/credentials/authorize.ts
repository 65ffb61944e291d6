/**
 * Authorizing a request: every way to sign in, as one row of a table. The last stop of a secret before the wire,
 * and the place that tells what to look for in the answer.
 */
import type { Auth, AuthType } from '#manifest'
import type { UpstreamRequest } from '../upstream/client.ts'
import { needlesOf } from '../upstream/scrub.ts'
import { inject, maskInjected } from './inject.ts'
import { injectJwt } from './jwt.ts'
import { maskOauth1, signOauth1 } from './oauth1.ts'
import { reveal } from './secret.ts'
import { maskSigv4, signSigv4 } from './sigv4.ts'
import type { Credential } from './vault.ts'

/** The access a call uses. */
export interface Access {
  auth: Auth
  credential: Credential
  /** Of the connection. */
  variables: Record<string, string>
}

/** What a way adds to a request. Query pairs are encoded and have no leading `?` or `&`. */
export interface Addition {
  headers: Record<string, string>
  query: string
  /** Made for this request, and as secret as what it was made from. */
  made?: string[]
}

interface Way {
  add(request: UpstreamRequest, access: Access): Addition | Promise<Addition>
  /** The same for eyes: every place of a credential shows `***`. */
  mask(auth: Auth): Addition
}

const injected: Way = { add: (_request, access) => inject(access), mask: maskInjected }

const ways: Record<AuthType, Way> = {
  none: injected,
  api_key: injected,
  bearer: injected,
  basic: injected,
  oauth2: injected,
  client_credentials: injected,
  two_step: injected,
  jwt: { add: (_request, access) => injectJwt(access), mask: maskInjected },
  oauth1: { add: signOauth1, mask: maskOauth1 },
  aws_sigv4: { add: signSigv4, mask: maskSigv4 },
}

/** A request that may go out, and what must not come back (upstream/scrub.ts). */
export interface Authorized {
  request: UpstreamRequest
  needles: string[]
}

/** @throws Error when the credential lacks what the skill's way needs */
export async function authorize(request: UpstreamRequest, access: Access): Promise<Authorized> {
  const addition = await ways[access.auth.type].add(request, access)
  return {
    request: {
      ...request,
      path: withQuery(request.path, addition.query),
      headers: { ...request.headers, ...addition.headers },
    },
    needles: [...needlesIn(access), ...(addition.made ?? []).flatMap(needlesOf)],
  }
}

/** Headers and query as a person may see them. */
export function maskedAddition(auth: Auth): Addition {
  return ways[auth.type].mask(auth)
}

export function withQuery(path: string, query: string): string {
  if (query === '') return path
  return `${path}${path.includes('?') ? '&' : '?'}${query}`
}

/** What a skill does not call public is secret: fetched tokens too. */
function needlesIn({ auth, credential }: Access): string[] {
  const secrets = Object.keys(credential).filter((name) => auth.fields[name]?.secret !== false)
  return secrets.flatMap((name) => needlesOf(reveal(credential[name]!)))
}
