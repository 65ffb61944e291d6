/**
 * Signing in at an OpenID provider (OpenID Connect Core, code flow): PKCE S256, state, nonce, `iss`, and the ID token's
 * signature, by oauth4webapi over the gateway's own egress. What the browser has to bring back is in its cookie.
 */
import {
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  calculatePKCECodeChallenge,
  ClientSecretBasic,
  ClientSecretPost,
  customFetch,
  discoveryRequest,
  generateRandomCodeVerifier,
  generateRandomNonce,
  generateRandomState,
  getValidatedIdTokenClaims,
  processAuthorizationCodeResponse,
  processDiscoveryResponse,
  processUserInfoResponse,
  userInfoRequest,
  validateApplicationLevelSignature,
  validateAuthResponse,
  type AuthorizationServer,
} from 'oauth4webapi'
import type { OidcSetting } from '../config.ts'
import { reveal } from '../credentials/secret.ts'
import type { ProviderIdentity } from '../db/identities.ts'
import type { UpstreamClient } from '../upstream/client.ts'
import { safeReturn } from './return-to.ts'

export interface SignInProvider {
  /** What the button says. */
  name: string
  /** Where the browser goes, and what its cookie holds meanwhile. */
  begin(returnTo: string): Promise<{ url: URL; cookie: string }>
  /** @throws Error when anything does not fit; its text is for the log */
  finish(query: URLSearchParams, cookie: string): Promise<{ identity: ProviderIdentity; returnTo: string }>
}

/** What the cookie holds. */
interface Begun {
  state: string
  nonce: string
  verifier: string
  to: string
}

const metadataLifeMs = 600_000
const limits = { timeoutMs: 10_000, maxBytes: 1024 * 1024 }

/** @param redirectUri the callback's address, once it is known where the gateway listens */
export function makeSignInProvider(
  setting: OidcSetting,
  client: UpstreamClient,
  redirectUri: () => string,
): SignInProvider {
  const issuer = new URL(setting.issuer)
  const insecure = issuer.protocol === 'http:'
  const options = { [customFetch]: fetchThrough(client), [allowInsecureRequests]: insecure }
  const asClient = { client_id: setting.clientId }
  let known: { server: AuthorizationServer; at: number } | undefined

  async function discover(): Promise<AuthorizationServer> {
    if (known !== undefined && Date.now() - known.at < metadataLifeMs) return known.server
    const answer = await discoveryRequest(issuer, { ...options, algorithm: 'oidc' })
    const server = await processDiscoveryResponse(issuer, answer)
    known = { server, at: Date.now() }
    return server
  }

  return {
    name: issuer.host,
    async begin(returnTo) {
      const server = await discover()
      const url = new URL(server.authorization_endpoint ?? '')
      if (url.protocol !== 'https:' && !insecure) throw new Error('the authorization endpoint is not https')
      const begun: Begun = {
        state: generateRandomState(),
        nonce: generateRandomNonce(),
        verifier: generateRandomCodeVerifier(),
        to: safeReturn(returnTo),
      }
      const parameters = {
        client_id: setting.clientId,
        redirect_uri: redirectUri(),
        response_type: 'code',
        scope: 'openid email',
        state: begun.state,
        nonce: begun.nonce,
        code_challenge: await calculatePKCECodeChallenge(begun.verifier),
        code_challenge_method: 'S256',
      }
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
      return { url, cookie: Buffer.from(JSON.stringify(begun)).toString('base64url') }
    },
    async finish(query, cookie) {
      const { state, nonce, verifier, to } = readBegun(cookie)
      const server = await discover()
      const parameters = validateAuthResponse(server, asClient, query, state)
      const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
      const prove = methods.includes('client_secret_basic') ? ClientSecretBasic : ClientSecretPost
      const answer = await authorizationCodeGrantRequest(
        server,
        asClient,
        prove(reveal(setting.clientSecret)),
        parameters,
        redirectUri(),
        verifier,
        options,
      )
      const tokens = await processAuthorizationCodeResponse(server, asClient, answer, {
        expectedNonce: nonce,
        requireIdToken: true,
      })
      await validateApplicationLevelSignature(server, answer, options)
      const claims = getValidatedIdTokenClaims(tokens)!
      const told =
        claims['email'] === undefined && server.userinfo_endpoint !== undefined
          ? await askUserInfo(server, tokens.access_token, claims.sub)
          : claims
      const email =
        told['email_verified'] === true && typeof told['email'] === 'string' ? told['email'] : null
      return { identity: { issuer: claims.iss, subject: claims.sub, email }, returnTo: safeReturn(to) }
    },
  }

  async function askUserInfo(
    server: AuthorizationServer,
    token: string,
    subject: string,
  ): Promise<Record<string, unknown>> {
    const answer = await userInfoRequest(server, asClient, token, options)
    return processUserInfoResponse(server, asClient, subject, answer)
  }
}

/** @throws Error when it is not what `begin` made */
function readBegun(cookie: string): Begun {
  let begun: Partial<Record<keyof Begun, unknown>> = {}
  try {
    begun = JSON.parse(Buffer.from(cookie, 'base64url').toString()) as typeof begun
  } catch {
    // Said below, without repeating it.
  }
  const { state, nonce, verifier, to } = begun
  if ([state, nonce, verifier, to].every((text) => typeof text === 'string' && text !== ''))
    return begun as Begun
  throw new Error('the cookie is not one of ours')
}

/** The gateway's egress as oauth4webapi calls it: addresses checked, no redirects, a deadline and a cap. */
function fetchThrough(client: UpstreamClient) {
  return async (
    address: string,
    { method, headers, body }: { method: string; headers: Record<string, string>; body?: unknown },
  ): Promise<Response> => {
    const url = new URL(address)
    const answer = await client.send(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers: { ...headers, 'user-agent': 'Skillett' },
        body: body === undefined || body === null ? null : String(body),
      },
      limits,
    )
    const { 'content-encoding': _encoding, 'content-length': _length, ...kept } = answer.headers
    const empty = answer.status === 204 || answer.status === 304
    return new Response(empty ? null : new Uint8Array(answer.body), { status: answer.status, headers: kept })
  }
}
