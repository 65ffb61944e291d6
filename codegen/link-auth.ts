/** Ways to sign in, with what each type takes for granted: its fields, and where its credential goes. */
import { checkHoles } from './link-integration.ts'
import type { Auth, AuthField, AuthType, Inject } from './manifest.ts'
import { checkPattern, type Path, type Report } from './parameter.ts'
import { isDeniedHeader } from './target-rules.ts'
import { titleOf } from './units.ts'

interface WrittenInject {
  header?: string
  query?: string
  value?: string
  headers?: Record<string, string>
  params?: Record<string, string>
  basic?: { user: string; password: string }
}

interface WrittenAuth {
  id?: string
  type: AuthType
  title?: string
  fields?: Record<string, Partial<AuthField>>
  inject?: WrittenInject
  [setting: string]: unknown
}

interface TypeDefaults {
  title: string
  fields: Record<string, AuthField>
  inject: Inject
  /** Names that injection may use beside the fields: what the flow fetches. */
  fetched: string[]
}

const secret = (title: string): AuthField => ({ title, secret: true })
const plain = (title: string): AuthField => ({ title, secret: false })
const bearer = (hole: string): Inject => ({ headers: { Authorization: `Bearer {${hole}}` }, query: {} })
const nothing: Inject = { headers: {}, query: {} }

const typeDefaults: Record<AuthType, TypeDefaults> = {
  oauth2: { title: 'OAuth', fields: {}, inject: bearer('access_token'), fetched: ['access_token'] },
  client_credentials: {
    title: 'Client credentials',
    fields: { client_id: plain('Client ID'), client_secret: secret('Client secret') },
    inject: bearer('access_token'),
    fetched: ['access_token'],
  },
  api_key: { title: 'API key', fields: { api_key: secret('API key') }, inject: nothing, fetched: [] },
  bearer: { title: 'Token', fields: { token: secret('Token') }, inject: bearer('token'), fetched: [] },
  basic: {
    title: 'User and password',
    fields: { username: plain('User name'), password: secret('Password') },
    inject: { ...nothing, basic: { user: '{username}', password: '{password}' } },
    fetched: [],
  },
  jwt: {
    title: 'Service account',
    fields: { private_key: secret('Private key') },
    inject: bearer('access_token'),
    fetched: ['access_token', 'jwt'],
  },
  oauth1: {
    title: 'OAuth 1.0a',
    fields: {
      consumer_key: plain('Consumer key'),
      consumer_secret: secret('Consumer secret'),
      token: secret('Token'),
      token_secret: secret('Token secret'),
    },
    inject: nothing,
    fetched: [],
  },
  two_step: { title: 'Sign in', fields: {}, inject: bearer('access_token'), fetched: ['access_token'] },
  aws_sigv4: {
    title: 'AWS access key',
    fields: { access_key_id: plain('Access key ID'), secret_access_key: secret('Secret access key') },
    inject: nothing,
    fetched: [],
  },
  none: { title: 'No credential', fields: {}, inject: nothing, fetched: [] },
}

const named = new Set(['id', 'type', 'title', 'fields', 'inject'])

export function linkAuth(written: unknown, variables: string[], report: Report): Auth[] {
  const list = Array.isArray(written) ? written : written === undefined ? [] : [written]
  const linked: Auth[] = []
  for (const [index, entry] of list.entries()) {
    if (entry === undefined) continue
    const path: Path = Array.isArray(written) ? ['auth', index] : ['auth']
    const auth = linkOne(entry as WrittenAuth, path, variables, report)
    if (linked.some((other) => other.id === auth.id))
      report('SKILL_DUPLICATE_AUTH', [...path, 'id'], { id: auth.id })
    else linked.push(auth)
  }
  return linked
}

function linkOne(written: WrittenAuth, path: Path, variables: string[], report: Report): Auth {
  const defaults = typeDefaults[written.type]
  const fields = written.fields ? readFields(written.fields, path, report) : defaults.fields
  const inject = readInject(written.inject, defaults.inject, path, report)
  const known = [...Object.keys(fields), ...defaults.fetched, ...variables]
  const check = (key: string, template: string, at: Path) => checkHoles(key, template, at, known, report)
  const place = written.inject ? [...path, 'inject'] : path
  for (const value of [...Object.values(inject.headers), ...Object.values(inject.query)])
    check('inject', value, place)
  if (inject.basic) {
    check('inject.basic', `${inject.basic.user} ${inject.basic.password}`, place)
  }
  const settings = Object.fromEntries(Object.entries(written).filter(([key]) => !named.has(key)))
  for (const [key, value] of Object.entries(settings)) {
    if (typeof value !== 'string' || !key.endsWith('_url')) continue
    checkHoles(`auth.${key}`, value, [...path, key], known, report)
    if (value.startsWith('http://'))
      report('SKILL_INSECURE', [...path, key], { key: `auth.${key}`, url: value })
  }
  return {
    id: written.id ?? written.type,
    type: written.type,
    title: written.title ?? defaults.title,
    fields,
    inject,
    settings,
  }
}

function readFields(
  written: Record<string, Partial<AuthField>>,
  path: Path,
  report: Report,
): Record<string, AuthField> {
  return Object.fromEntries(
    Object.entries(written).map(([name, field]) => {
      if (field.pattern !== undefined)
        checkPattern(field.pattern, [...path, 'fields', name, 'pattern'], report)
      return [name, { ...field, title: field.title ?? titleOf(name), secret: field.secret ?? false }]
    }),
  )
}

function readInject(
  written: WrittenInject | undefined,
  fallback: Inject,
  path: Path,
  report: Report,
): Inject {
  if (!written) return fallback
  const { header, query, value = '', basic } = written
  const headers = { ...written.headers, ...(header !== undefined && { [header]: value }) }
  for (const name of Object.keys(headers)) {
    // This is the one place where a skill may name Authorization and Cookie.
    if (isDeniedHeader(name) && !['authorization', 'cookie'].includes(name.toLowerCase())) {
      report('SKILL_HEADER_DENIED', [...path, 'inject'], { header: name }, name)
    }
  }
  return {
    headers,
    query: { ...written.params, ...(query !== undefined && { [query]: value }) },
    ...(basic && { basic }),
  }
}
