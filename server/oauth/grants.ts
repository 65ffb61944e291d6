/** The requests of RFC 6749 that this gateway makes as a client: a code or a refresh token for tokens. */
import type { Auth } from '#manifest'
import type { Access } from '../credentials/authorize.ts'
import { fillSecrets } from '../credentials/template.ts'
import { authenticateClient, tokenRequest, type TokenRequest } from '../credentials/token-request.ts'
import type { Credential } from '../credentials/vault.ts'
import type { OAuthApp } from './apps.ts'
import { oauthSettings } from './settings.ts'

export interface Client {
  auth: Auth
  app: OAuthApp
  variables: Record<string, string>
}

export interface CodeGrant {
  code: string
  redirectUri: string
  /** null: the skill says that the service does not know PKCE. */
  verifier: string | null
}

export function codeRequest(client: Client, grant: CodeGrant): Promise<TokenRequest> {
  return grantRequest(client, {
    grant_type: 'authorization_code',
    code: grant.code,
    redirect_uri: grant.redirectUri,
    ...(grant.verifier === null ? {} : { code_verifier: grant.verifier }),
  })
}

/** @throws Error when the credential holds no refresh token */
export async function refreshRequest(client: Client, credential: Credential): Promise<TokenRequest> {
  const { refresh } = oauthSettings(client.auth)
  const request = await grantRequest(client, {
    grant_type: 'refresh_token',
    refresh_token: fillSecrets('{refresh_token}', { credential, variables: {} }),
    ...refresh.params,
  })
  if (refresh.url === undefined) return request
  return { ...request, url: fillSecrets(refresh.url, accessOf(client)) }
}

async function grantRequest(client: Client, fields: Record<string, string>): Promise<TokenRequest> {
  const access = accessOf(client)
  const proof = await authenticateClient(access)
  const headers = { 'user-agent': 'Skillett', ...proof.headers }
  return tokenRequest(access, { ...fields, client_id: client.app.clientId, ...proof.fields }, headers)
}

/** What signs in here is the app: its fields are the credential. */
export function accessOf({ auth, app, variables }: Client): Access {
  const key = app.credential['client_secret']
  return { auth, variables, credential: { ...app.credential, ...(key ? { private_key: key } : {}) } }
}
