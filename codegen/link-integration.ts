/** SKILL.md's front matter → the Integration that every call to this service is made from. */
import { linkAuth } from './link-auth.ts'
import type {
  ArrayStyle,
  EndpointDefaults,
  ErrorRule,
  Integration,
  Pagination,
  Variable,
} from './manifest.ts'
import { checkPattern, type Report } from './parameter.ts'
import type { Parsed } from './parse.ts'
import { suggest } from './suggest.ts'
import { isDeniedHeader } from './target-rules.ts'
import { holesOf, readDuration, readSize, titleOf } from './units.ts'

const defaultTimeout = '30s'
const defaultMaxResponse = '10MiB'

interface WrittenDefaults {
  query_arrays?: ArrayStyle
  timeout?: string
  max_response?: string
  retry?: Record<string, unknown>
  rate_limit?: Record<string, unknown>
  pagination?: Pagination
  errors?: (ErrorRule | undefined)[]
}

export function linkIntegration(parsed: Parsed, folder: string, digest: string, report: Report): Integration {
  const { data } = parsed
  const text = (key: string, fallback = ''): string => (data[key] as string | undefined) ?? fallback
  if (data['name'] !== undefined && data['name'] !== folder) {
    report('SKILL_NAME_MISMATCH', ['name'], { name: text('name'), kind: 'folder', expected: folder })
  }
  const name = folder
  const variables = linkVariables(data, report)
  const baseUrl = text('base_url').replace(/\/+$/, '')
  const allowedHosts =
    (data['allowed_hosts'] as (string | undefined)[] | undefined)?.filter((host) => host !== undefined) ??
    (baseUrl === '' ? [] : [hostOf(baseUrl)])
  checkUrl('base_url', baseUrl, ['base_url'], allowedHosts, report)
  checkHoles('base_url', baseUrl, ['base_url'], Object.keys(variables), report)
  for (const [index, host] of allowedHosts.entries()) {
    checkHoles('allowed_hosts', host, ['allowed_hosts', index], Object.keys(variables), report)
  }
  const headers = (data['headers'] as Record<string, string> | undefined) ?? {}
  for (const [header, value] of Object.entries(headers)) {
    if (isDeniedHeader(header)) report('SKILL_HEADER_DENIED', ['headers', header], { header }, 'key')
    checkHoles(`headers.${header}`, value, ['headers', header], Object.keys(variables), report)
  }
  const defaults = (data['defaults'] as WrittenDefaults | undefined) ?? {}
  return {
    name,
    title: text('title', titleOf(name)),
    description: text('description'),
    version: text('version', '0.0.0'),
    digest,
    ...(data['docs'] !== undefined && { docs: text('docs') }),
    ...(data['categories'] !== undefined && { categories: data['categories'] as string[] }),
    base_url: baseUrl,
    allowed_hosts: allowedHosts,
    allow_raw: text('allow_raw', 'none') as Integration['allow_raw'],
    variables,
    auth: linkAuth(data['auth'], Object.keys(variables), report),
    headers,
    timeout_ms: readDuration(defaults.timeout ?? defaultTimeout),
    max_response_bytes: readSize(defaults.max_response ?? defaultMaxResponse),
    ...(data['verify'] !== undefined && {
      verify: { ...(data['verify'] as Integration['verify'] & object) },
    }),
    defaults: linkDefaults(defaults),
    endpoints: {},
  }
}

function linkDefaults(written: WrittenDefaults): EndpointDefaults {
  const { retry, rate_limit, pagination } = written
  return {
    query_arrays: written.query_arrays ?? 'repeat',
    ...(retry && { retry }),
    ...(rate_limit && { rate_limit }),
    ...(pagination && { pagination }),
    errors: linkErrors(written.errors),
  }
}

/** A code that the map does not know is the service saying no. */
export function linkErrors(written: unknown): ErrorRule[] {
  const rules = ((written as (ErrorRule | undefined)[] | undefined) ?? []).filter(
    (rule) => rule !== undefined,
  )
  return rules.map((rule) =>
    typeof rule.code === 'string'
      ? rule
      : { ...rule, code: { ...rule.code, else: rule.code.else ?? 'rejected' } },
  )
}

function linkVariables(data: Record<string, unknown>, report: Report): Record<string, Variable> {
  const written = (data['variables'] as Record<string, Variable & { type?: string }> | undefined) ?? {}
  const variables: Record<string, Variable> = {}
  for (const [name, { type: _, ...variable }] of Object.entries(written)) {
    if (variable.pattern !== undefined) checkPattern(variable.pattern, ['variables', name, 'pattern'], report)
    variables[name] = { ...variable, title: variable.title ?? titleOf(name) }
  }
  return variables
}

/** Every `{hole}` of a template must be known where it is filled. */
export function checkHoles(
  key: string,
  template: string,
  path: readonly (string | number)[],
  known: readonly string[],
  report: Report,
): void {
  for (const name of holesOf(template)) {
    if (known.includes(name)) continue
    report('SKILL_TEMPLATE', path, { key, name, suggestion: suggest(name, known, 'Known here') }, `{${name}`)
  }
}

/** Encrypted, and to a host that credentials may travel to. Loopback is for emulators. */
export function checkUrl(
  key: string,
  url: string,
  path: readonly (string | number)[],
  allowedHosts: readonly string[],
  report: Report,
): void {
  if (url === '') return
  const host = hostOf(url)
  const name = host.replace(/:[0-9]+$/, '')
  if (url.startsWith('http://') && name !== 'localhost' && name !== '127.0.0.1')
    report('SKILL_INSECURE', path, { key, url })
  if (!allowedHosts.includes(host) && !allowedHosts.includes(name)) report('SKILL_HOST', path, { key, host })
}

function hostOf(url: string): string {
  return (/^[a-z]+:\/\/([^/?#]*)/i.exec(url)?.[1] ?? '').toLowerCase()
}
