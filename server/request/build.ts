/**
 * Checked parameters → one HTTP request, by the endpoint's request plan. Pure: no network, no clock, no credential.
 * Prepared once an endpoint, then run once a call.
 */
import type { Endpoint, Integration, Mapping, Method, Target } from '#manifest'
import { encodeSegment, segmentFault } from './segment.ts'
import { asText, encodePairs, FilterError, filters, isWellFormed, pairs } from './text.ts'

export interface BuiltRequest {
  method: Method
  /** Encoded path below the integration's base URL, with its query. */
  path: string
  /** Lower-case names. Values may hold `{variable}`s of the connection. */
  headers: Record<string, string>
  body: string | null
}

/** A place in the parameters and what is wrong there. */
export interface Complaint {
  path: string
  message: string
}

export type Built = { request: BuiltRequest; complaints?: undefined } | { complaints: Complaint[] }

export type Build = (params: Record<string, unknown>) => Built

/** What is collected while the mappings are walked. */
interface Draft {
  path: Template
  segments: Map<string, string>
  query: [string, string][]
  form: [string, string][]
  headers: Record<string, string>
  body: { value: unknown } | null
  complaints: Complaint[]
}

type Write = (draft: Draft, target: Target, value: unknown, param: string) => void

const writers: Record<Exclude<Target['in'], 'part' | 'mime'>, Write> = {
  path: writeSegment,
  query: (draft, target, value) =>
    void draft.query.push(...pairs(key(target), value, target.style ?? 'repeat')),
  form: (draft, target, value) =>
    void draft.form.push(...pairs(key(target), value, target.style ?? 'repeat')),
  header: writeHeader,
  body: (draft, target, value) => writeBody(draft, target.at as string[], value),
  var: (draft, target, value) => writeBody(draft, target.at as string[], value),
  raw: (draft, _target, value) => void (draft.body = { value }),
}

/** A path template taken apart: literal, name, literal, name, …, literal. */
interface Template {
  literals: string[]
  names: string[]
  /** Names that stand for several segments: `{path*}`. */
  several: Set<string>
}

/** Prepares an endpoint. The result is safe to keep and to call any number of times. */
export function prepareRequest(integration: Integration, endpoint: Endpoint): Build {
  const { request } = endpoint
  const headers = lowerCase({ ...integration.headers, ...request.headers })
  const path = parseTemplate(request.path)
  return (params) => {
    const draft: Draft = {
      path,
      segments: new Map(),
      query: Object.entries(request.query ?? {}),
      form: [],
      headers: { ...headers },
      body: null,
      complaints: [],
    }
    for (const mapping of request.mapping) apply(draft, mapping, params[mapping.param])
    if (request.accept !== undefined) negotiate(draft, request.accept, params)
    const body = encodeBody(draft, endpoint)
    if (draft.complaints.length > 0) return { complaints: draft.complaints }
    if (body !== null) draft.headers['content-type'] = request.content_type ?? 'application/json'
    const query = encodePairs(draft.query)
    return {
      request: {
        method: request.method,
        path: fillTemplate(path, draft.segments) + (query === '' ? '' : `?${query}`),
        headers: draft.headers,
        body,
      },
    }
  }
}

/** Fills `{name}`s of a host, URL or header with a connection's variables. */
export function fillVariables(template: string, variables: Record<string, string>): string {
  return template.replace(/\{(\w+)\}/g, (hole, name: string) =>
    Object.hasOwn(variables, name) ? variables[name]! : hole,
  )
}

function apply(draft: Draft, mapping: Mapping, value: unknown): void {
  if (value === undefined) return
  if (!isWellFormed(value)) {
    draft.complaints.push({ path: mapping.param, message: 'must be valid Unicode' })
    return
  }
  const captures = mapping.split === undefined ? null : takeApart(mapping.split, value)
  if (captures !== null && 'message' in captures) {
    draft.complaints.push({ path: mapping.param, message: captures.message })
    return
  }
  for (const target of mapping.to) {
    const part = target.capture === undefined ? value : captures!.parts.get(target.capture)
    try {
      const filtered = (target.filters ?? []).reduce((text, name) => filters[name](text), part as unknown)
      writers[target.in as keyof typeof writers](draft, target, filtered, mapping.param)
    } catch (error) {
      if (!(error instanceof FilterError)) throw error
      draft.complaints.push({ path: mapping.param, message: error.message })
    }
  }
}

/** A pattern must match completely: exactly as many parts as names. */
function takeApart(
  split: NonNullable<Mapping['split']>,
  value: unknown,
): { parts: Map<string, string> } | { message: string } {
  const parts = new Map<string, string>()
  let rest = asText(value)
  for (const [i, name] of split.names.entries()) {
    const separator = split.separators[i]
    const end = separator === undefined ? rest.length : rest.indexOf(separator)
    if (end < 0) return { message: expected(split, value) }
    const part = rest.slice(0, end)
    if (separator === undefined && split.separators.some((each) => part.includes(each)))
      return { message: expected(split, value) }
    parts.set(name, part)
    rest = rest.slice(end + (separator?.length ?? 0))
  }
  return { parts }
}

function expected(split: NonNullable<Mapping['split']>, value: unknown): string {
  const form = split.names.map((name, i) => name + (split.separators[i] ?? '')).join('')
  return `must have the form ${form}, not ${JSON.stringify(asText(value).slice(0, 100))}`
}

function writeSegment(draft: Draft, target: Target, value: unknown, param: string): void {
  const text = asText(value)
  const parts = draft.path.several.has(key(target)) ? text.split('/') : [text]
  const wrong = parts.map(segmentFault).find((message) => message !== null)
  if (wrong !== undefined) draft.complaints.push({ path: param, message: wrong })
  draft.segments.set(key(target), parts.map(encodeSegment).join('/'))
}

function writeHeader(draft: Draft, target: Target, value: unknown, param: string): void {
  const text = asText(value)
  // RFC 9110 5.5: visible ASCII, space and tab; what else Node would send is refused as well.
  if (!/^[\t\x20-\x7e]*$/.test(text)) {
    draft.complaints.push({ path: param, message: 'must be plain ASCII without line breaks' })
    return
  }
  draft.headers[key(target).toLowerCase()] = text
}

/** Sets a value inside the body document, making the objects on the way. */
function writeBody(draft: Draft, path: string[], value: unknown): void {
  if (path.length === 0) {
    draft.body = { value }
    return
  }
  draft.body ??= { value: {} }
  let place = draft.body.value as Record<string, unknown>
  for (const name of path.slice(0, -1)) place = (place[name] ??= {}) as Record<string, unknown>
  place[path.at(-1)!] = value
}

function negotiate(
  draft: Draft,
  accept: { param: string; map: Record<string, string> },
  params: Record<string, unknown>,
): void {
  const type = accept.map[asText(params[accept.param])]
  if (type !== undefined) draft.headers['accept'] = type
}

function encodeBody(draft: Draft, endpoint: Endpoint): string | null {
  const { request } = endpoint
  if (request.body === 'graphql')
    return JSON.stringify({ ...request.graphql, variables: draft.body?.value ?? {} })
  if (request.body === 'form') return encodePairs(draft.form).replaceAll('%20', '+')
  if (draft.body === null) return request.body === 'json' ? '{}' : null
  if (request.body === 'raw' && typeof draft.body.value === 'string') return draft.body.value
  return JSON.stringify(draft.body.value)
}

function parseTemplate(template: string): Template {
  const parts = template.split(/\{(\w+\*?)\}/)
  const names = parts.filter((_, i) => i % 2 === 1)
  return {
    literals: parts.filter((_, i) => i % 2 === 0),
    names: names.map((name) => name.replace('*', '')),
    several: new Set(names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1))),
  }
}

function fillTemplate(path: Template, segments: Map<string, string>): string {
  return path.literals.map((literal, i) => literal + (segments.get(path.names[i] ?? '') ?? '')).join('')
}

function key(target: Target): string {
  return target.at as string
}

function lowerCase(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
