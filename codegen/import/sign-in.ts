/** Security schemes of a description → guesses at `auth`. Every guess is for a person to look at. */
import { isMap, own, textOf, type Api, type Raw } from './api.ts'
import { snakeCase } from './names.ts'
import { cleanText } from './plain-text.ts'
import { isDeniedHeader } from '../target-rules.ts'

export interface SignIn {
  auth: Record<string, unknown>
  review: string
}

type Guess = (scheme: Raw) => Record<string, unknown> | undefined

const maxScopes = 400

const byType: Record<string, Guess> = {
  http: (scheme) => {
    const name = textOf(own(scheme, 'scheme')).toLowerCase()
    return name === 'basic' ? { type: 'basic' } : name === 'bearer' ? { type: 'bearer' } : undefined
  },
  apiKey: (scheme) => {
    const name = textOf(own(scheme, 'name'))
    const place = own(scheme, 'in')
    if (!/^[A-Za-z0-9_.-]{1,80}$/.test(name)) return undefined
    if (place === 'query') return { type: 'api_key', inject: { query: name, value: '{api_key}' } }
    if (place === 'cookie')
      return { type: 'api_key', inject: { header: 'Cookie', value: `${name}={api_key}` } }
    const isAllowed = !isDeniedHeader(name) || name.toLowerCase() === 'authorization'
    return isAllowed ? { type: 'api_key', inject: { header: name, value: '{api_key}' } } : undefined
  },
  oauth2: (scheme) => {
    const flows = own(scheme, 'flows')
    const code = own(flows, 'authorizationCode') ?? own(flows, 'implicit')
    const client = own(flows, 'clientCredentials')
    if (code !== undefined) return oauth(code)
    const tokenUrl = absoluteUrl(own(client, 'tokenUrl'))
    return tokenUrl === undefined
      ? undefined
      : { type: 'client_credentials', token_url: tokenUrl, ...scopesOf(client) }
  },
  openIdConnect: () => ({ type: 'bearer' }),
}

function oauth(flow: unknown): Record<string, unknown> | undefined {
  const authorizationUrl = absoluteUrl(own(flow, 'authorizationUrl'))
  const google = authorizationUrl?.startsWith('https://accounts.google.com/') === true
  const tokenUrl =
    absoluteUrl(own(flow, 'tokenUrl')) ?? (google ? 'https://oauth2.googleapis.com/token' : undefined)
  if (authorizationUrl === undefined || tokenUrl === undefined) return undefined
  return { type: 'oauth2', authorization_url: authorizationUrl, token_url: tokenUrl, ...scopesOf(flow) }
}

function scopesOf(flow: unknown): Record<string, unknown> {
  const scopes = own(flow, 'scopes')
  const entries = Object.entries(isMap(scopes) ? scopes : {})
    .filter(([name]) => isScope(name))
    .slice(0, maxScopes)
    .map(([name, about]) => [name, cleanText(about, 120)])
  return entries.length === 0 ? {} : { scopes: Object.fromEntries(entries) as unknown }
}

export function isScope(name: string): boolean {
  return (
    /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/.test(name) &&
    name !== '__proto__' &&
    name !== 'constructor' &&
    name !== 'prototype'
  )
}

function absoluteUrl(value: unknown): string | undefined {
  return typeof value === 'string' &&
    value.length < 500 &&
    /^https:\/\/[\w.-]+(:\d+)?(\/[\w./~%+-]*)?(\?[\w=&%+.-]*)?$/.test(value)
    ? value
    : undefined
}

export function guessSignIn(api: Api): SignIn[] {
  const found: SignIn[] = []
  const ids = new Set<string>()
  for (const [name, scheme] of Object.entries(api.securitySchemes).slice(0, 20)) {
    const type = textOf(own(scheme, 'type'))
    const guess = Object.hasOwn(byType, type) ? byType[type]!(scheme) : undefined
    if (!guess || found.some(({ auth }) => isSameFlow(auth, guess))) continue
    const wanted = snakeCase(name)
    let id = /^[a-z]/.test(wanted) ? wanted.slice(0, 40) : `auth_${wanted.slice(0, 40) || 'key'}`
    while (ids.has(id)) id = `${id}_2`
    ids.add(id)
    found.push({ auth: { id, ...guess }, review: reviews[String(guess['type'])] ?? reviews['bearer']! })
  }
  return found.length > 0 ? found : [{ auth: { id: 'token', type: 'bearer' }, review: unknown }]
}

/** Google's descriptions name one way twice, for browsers and for servers. */
function isSameFlow(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  return a['type'] === 'oauth2' && b['type'] === 'oauth2' && a['authorization_url'] === b['authorization_url']
}

const unknown =
  'the description does not say how to sign in in a form that is known here; a bearer token is a guess'
const reviews: Record<string, string> = {
  oauth2: 'compare with the documentation: scopes, PKCE, how refresh tokens rotate, how tokens are revoked',
  client_credentials: 'compare with the documentation: scopes, and how the client proves who it is',
  api_key: 'compare with the documentation: some services want a word before the key',
  basic: 'compare with the documentation: what user and password are called here',
  bearer: 'compare with the documentation: where a person gets this token',
}
