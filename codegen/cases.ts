/**
 * Examples as tests: the request that an example's command compiles to equals the example's `request`, and the
 * projected `response` satisfies the endpoint's schema. Nothing is sent.
 */
import { createRequire } from 'node:module'
import { prepareRequest } from '#request/build.ts'
import { splitWords } from './examples.ts'
import type { LinkedSkill } from './link.ts'
import type { Endpoint, Example, Integration, JsonSchema } from './manifest.ts'
import { complaints } from './validator.ts'

export interface CaseFailure {
  integration: string
  endpoint: string
  run: string
  /** One sentence each. */
  reasons: string[]
}

export interface CaseResult {
  passed: number
  /** Examples that state neither request nor response, so that only their command was checked. */
  commandsOnly: number
  failures: CaseFailure[]
}

type Search = (data: unknown, expression: string) => unknown

export function runCases(skills: readonly LinkedSkill[]): CaseResult {
  const result: CaseResult = { passed: 0, commandsOnly: 0, failures: [] }
  for (const { integration, endpoints } of skills) {
    for (const endpoint of endpoints) {
      for (const example of endpoint.examples) {
        const reasons = runCase(integration, endpoint, example)
        const { run } = example
        if (reasons.length > 0) {
          result.failures.push({ integration: integration.name, endpoint: endpoint.name, run, reasons })
        } else result.passed++
        if (!example.request && !example.response) result.commandsOnly++
      }
    }
  }
  return result
}

function runCase(integration: Integration, endpoint: Endpoint, example: Example): string[] {
  const params = readParams(endpoint, example.run)
  if (typeof params === 'string') return [params]
  const invalid = complaints(endpoint.input, params)
  if (invalid.length > 0) {
    return invalid.map(({ instancePath, message }) => `parameter ${instancePath || 'list'} ${message}`)
  }
  return [...compareRequest(integration, endpoint, params, example), ...checkResponse(endpoint, example)]
}

function compareRequest(
  integration: Integration,
  endpoint: Endpoint,
  params: Record<string, unknown>,
  { request: expected }: Example,
): string[] {
  if (!expected) return []
  const built = prepareRequest(integration, endpoint)(params)
  if (built.complaints) return built.complaints.map(({ path, message }) => `parameter ${path} ${message}`)
  const { method, path, headers, body } = built.request
  const url = `${endpoint.request.base_url ?? integration.base_url}${path}`
  const reasons: string[] = []
  const compare = (what: string, is: unknown, wanted: unknown): void => {
    if (canonical(is) !== canonical(wanted))
      reasons.push(`${what} is ${canonical(is)}, the example says ${canonical(wanted)}`)
  }
  compare('the method', method, expected.method)
  compare('the URL', comparable(url), comparable(expected.url))
  for (const [name, value] of Object.entries(expected.headers ?? {})) {
    compare(`the header ${name}`, headers[name.toLowerCase()], value)
  }
  compare('the body', readBody(body), expected.body ?? {})
  return reasons
}

function checkResponse({ output, response }: Endpoint, example: Example): string[] {
  const { body } = example.response ?? {}
  if (!output || body === undefined) return []
  const projected = response.select === undefined ? body : select(body, response.select)
  return complaints(output, projected).map(
    ({ instancePath, message }) => `the response ${instancePath} ${message}`,
  )
}

function select(data: unknown, expression: string): unknown {
  const { search } = createRequire(import.meta.url)('@jmespath-community/jmespath') as { search: Search }
  return search(data, expression)
}

/** The command's flags as the command line reads them; a sentence when it would refuse them. */
function readParams(endpoint: Endpoint, run: string): Record<string, unknown> | string {
  const properties = endpoint.input['properties'] as Record<string, JsonSchema>
  const words = splitWords(run)?.slice(4) ?? []
  let params: Record<string, unknown> = {}
  for (let at = 0; at < words.length; at++) {
    const [, flag, inline] = /^--([^=]+)(?:=(.*))?$/s.exec(words[at]!) ?? []
    if (flag === undefined) continue
    if (flag === 'json') {
      params = { ...(JSON.parse(inline ?? words[++at] ?? '{}') as object), ...params }
      continue
    }
    const [base = '', ...below] = flag.split('.')
    const name = Object.keys(properties).find(
      (known) => known === base || known === base.replaceAll('-', '_'),
    )
    if (name === undefined) continue
    const schema = properties[name]!
    const bare = inline === undefined && (words[at + 1] === undefined || words[at + 1]!.startsWith('--'))
    const text = inline ?? (bare ? 'true' : words[++at]!)
    const value = below.length > 0 ? text : readValue(schema, text)
    if (value === undefined) return `--${flag} ${text} is not ${String(schema['type'])}`
    assign(
      params,
      [name, ...below],
      schema['type'] === 'array' && !Array.isArray(value) ? 'append' : 'set',
      value,
    )
  }
  return params
}

function readValue(schema: JsonSchema, text: string): unknown {
  const [type] = [schema['type'] ?? 'string'].flat() as string[]
  const readers: Record<string, (text: string) => unknown> = {
    integer: (digits) => (/^-?[0-9]+$/.test(digits) ? Number(digits) : undefined),
    number: (digits) => (digits !== '' && Number.isFinite(Number(digits)) ? Number(digits) : undefined),
    boolean: (word) => (word === 'true' ? true : word === 'false' ? false : undefined),
    object: (json) => parse(json),
    array: (item) =>
      item.startsWith('[') ? parse(item) : readValue((schema['items'] as JsonSchema) ?? {}, item),
  }
  return (readers[type ?? 'string'] ?? ((same: string) => same))(text)
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function assign(
  params: Record<string, unknown>,
  path: string[],
  how: 'set' | 'append',
  value: unknown,
): void {
  let at = params
  for (const step of path.slice(0, -1)) at = (at[step] ??= {}) as Record<string, unknown>
  const last = path.at(-1)!
  at[last] = how === 'append' ? [...((at[last] as unknown[] | undefined) ?? []), value] : value
}

/** No body, and an empty one, are written as none. */
function readBody(body: string | null): unknown {
  if (body === null) return {}
  return parse(body) ?? body
}

/** `%2F` and `%2f`, `+` and `%20`: the same to every reader of URLs. */
function comparable(url: string): string {
  const [path = '', query] = url.split('?')
  const pairs = query?.split('&').map((pair) => decode(pair.replaceAll('+', '%20')))
  return pairs === undefined ? path : `${path}?${pairs.join('&')}`
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Keys sorted: the order in which an author writes them means nothing. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
