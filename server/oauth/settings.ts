/** The settings of an `oauth2` way as its skill wrote them, with what goes without saying. */
import type { Auth } from '#manifest'

export interface OAuthSettings {
  /** RFC 8414; compared with `iss` of the service's answer (RFC 9207). */
  issuer?: string
  authorization_url: string
  token_url: string
  client_auth: 'post' | 'basic' | 'private_key_jwt' | 'none'
  pkce: 'S256' | 'none'
  authorization_params: Record<string, string>
  /** The name of the parameter that asks for scopes. */
  scope_param: string
  scope_separator: string
  default_scopes: string[]
  /** JMESPath into the token answer. */
  token_path: string
  refresh_token_path: string
  expires_path: string
  scope_path: string
  /** Further tokens of the answer, by the name under which the credential keeps them. */
  tokens: Record<string, string>
  refresh: RefreshSettings
}

export interface RefreshSettings {
  /**
   * What becomes of a refresh token that was used: it stays good, it stays good for a while, or its second use
   * ends the whole grant. Not knowing is taken for the last.
   */
  rotation: 'none' | 'grace' | 'strict'
  /** Seconds. */
  default_expires_in?: number
  params: Record<string, string>
  url?: string
}

export function oauthSettings({ settings }: Auth): OAuthSettings {
  const refresh = settings['refresh'] as Partial<RefreshSettings> | undefined
  return {
    client_auth: 'basic',
    pkce: 'S256',
    authorization_params: {},
    scope_param: 'scope',
    scope_separator: ' ',
    default_scopes: [],
    token_path: 'access_token',
    refresh_token_path: 'refresh_token',
    expires_path: 'expires_in',
    scope_path: 'scope',
    tokens: {},
    ...(settings as Partial<OAuthSettings> & Pick<OAuthSettings, 'authorization_url' | 'token_url'>),
    refresh: { rotation: 'strict', params: {}, ...refresh },
  }
}
