/**
 * Requests that fetch a token with what a connection holds: the client credentials grant (RFC 6749, 4.4), a JWT as
 * a grant (RFC 7523) or in a header, and a log-in call that the skill describes. Quirks are settings of the skill.
 */
import type { Access } from './authorize.ts'
import { makeClientAssertion, makeJwt } from './jwt.ts'
import { Secret } from './secret.ts'
import { fillDeep, fillMap, fillSecrets } from './template.ts'

/** A request to a URL that the skill names whole. */
export interface TokenRequest {
  url: string
  method: string
  /** Lower-case names. */
  headers: Record<string, string>
  body: string | null
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const jwtGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

export async function clientCredentialsRequest(access: Access): Promise<TokenRequest> {
  const { settings } = access.auth
  const body: Record<string, string> = { grant_type: 'client_credentials', ...scopeOf(settings) }
  if (settings['audience'] !== undefined) body['audience'] = fillSecrets(String(settings['audience']), access)
  const { headers, fields } = await authenticateClient(access)
  return tokenRequest(access, { ...body, ...fields }, headers)
}

/** With `{jwt}` in one of `token_headers` it travels there and is no grant. */
export async function jwtRequest(access: Access): Promise<TokenRequest> {
  const { settings } = access.auth
  const jwt = await makeJwt(access, fillSecrets(String(settings['token_url']), access))
  const inHeader = Object.values(headersOf(settings)).some((value) => value.includes('{jwt}'))
  const known = { ...access, credential: { ...access.credential, jwt: new Secret(jwt) } }
  return tokenRequest(known, inHeader ? {} : { grant_type: jwtGrant, assertion: jwt }, {})
}

interface LogIn {
  method?: string
  url: string
  headers?: Record<string, string>
  body?: Record<string, unknown>
  content_type?: string
}

export function logInRequest(access: Access): TokenRequest {
  const {
    method = 'POST',
    url,
    headers = {},
    body,
    content_type,
  } = access.auth.settings['token_request'] as LogIn
  const type = content_type ?? 'application/json'
  const filled = body === undefined ? null : (fillDeep(body, access) as Record<string, unknown>)
  return {
    url: fillSecrets(url, access),
    method,
    headers: {
      accept: 'application/json',
      ...(filled === null ? {} : { 'content-type': type }),
      ...lowerCase(fillMap(headers, (value) => fillSecrets(value, access))),
    },
    body: filled === null ? null : encode(filled, type),
  }
}

/** RFC 6749, 2.3: how the token endpoint learns which client asks. */
export async function authenticateClient(
  access: Access,
): Promise<{ headers: Record<string, string>; fields: Record<string, string> }> {
  const { settings } = access.auth
  const fill = (template: string): string => fillSecrets(template, access)
  const way = String(settings['client_auth'] ?? 'basic')
  if (way === 'none') return { headers: {}, fields: { client_id: fill('{client_id}') } }
  if (way === 'post')
    return { headers: {}, fields: { client_id: fill('{client_id}'), client_secret: fill('{client_secret}') } }
  if (way === 'private_key_jwt') {
    const audience = fill(String(settings['issuer'] ?? settings['token_url']))
    const assertion = await makeClientAssertion(access, audience)
    return { headers: {}, fields: { client_assertion_type: assertionType, client_assertion: assertion } }
  }
  const pair = `${formEncode(fill('{client_id}'))}:${formEncode(fill('{client_secret}'))}`
  return { headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }, fields: {} }
}

/** A POST to the token endpoint with the skill's further parameters and headers. */
export function tokenRequest(
  access: Access,
  fields: Record<string, string>,
  headers: Record<string, string>,
): TokenRequest {
  const { settings } = access.auth
  const extra = (settings['token_params'] ?? {}) as Record<string, string>
  const fill = (template: string): string => fillSecrets(template, access)
  const type = settings['token_body'] === 'json' ? 'application/json' : 'application/x-www-form-urlencoded'
  return {
    url: fill(String(settings['token_url'])),
    method: 'POST',
    headers: {
      accept: 'application/json',
      'content-type': type,
      ...headers,
      ...lowerCase(fillMap(headersOf(settings), fill)),
    },
    body: encode({ ...fields, ...fillMap(extra, fill) }, type),
  }
}

function headersOf(settings: Record<string, unknown>): Record<string, string> {
  return (settings['token_headers'] ?? {}) as Record<string, string>
}

function scopeOf(settings: Record<string, unknown>): Record<string, string> {
  const scopes = (settings['default_scopes'] ?? []) as string[]
  return scopes.length === 0 ? {} : { scope: scopes.join(String(settings['scope_separator'] ?? ' ')) }
}

function encode(fields: Record<string, unknown>, type: string): string {
  if (!type.startsWith('application/x-www-form-urlencoded')) return JSON.stringify(fields)
  return Object.entries(fields)
    .map(([name, value]) => `${formEncode(name)}=${formEncode(String(value))}`)
    .join('&')
}

function formEncode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}

function lowerCase(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
