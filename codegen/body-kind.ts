/**
 * What an endpoint sends as its body, decided by the content type, the mapping and the method, and never by a guess:
 * two kinds at once are a problem.
 */
import type { BodyKind, Method, Target } from './manifest.ts'
import { meantMapping, parseMapping } from './mapping.ts'
import type { Parameter, Report } from './parameter.ts'
import type { Placeholder } from './request-plan.ts'

/** What mapping the parameters needs to know of the endpoint. */
export interface Draft {
  method: Method
  placeholders: Placeholder[]
  parameters: Parameter[]
  /** `param_mapping` as written. */
  written: Record<string, unknown>
  body: BodyKind
  defaultPlace: DefaultPlace
  /** Places that constants of `request` write already, and what they are called. */
  constants: [place: string, label: string][]
}

export type DefaultPlace = 'query' | 'body' | 'form' | 'part' | 'var' | 'nowhere'

export const placeDefaults: Record<DefaultPlace, ((name: string) => Target) | undefined> = {
  query: (name) => ({ in: 'query', at: name }),
  body: (name) => ({ in: 'body', at: [name] }),
  form: (name) => ({ in: 'form', at: name }),
  part: (name) => ({ in: 'part', at: name }),
  var: (name) => ({ in: 'var', at: [name] }),
  nowhere: undefined,
}

const withoutBody: readonly Method[] = ['GET', 'HEAD']
const queryByDefault: readonly Method[] = ['GET', 'HEAD', 'DELETE']

const kindOfPlace: Partial<Record<Target['in'], BodyKind>> = {
  body: 'json',
  form: 'form',
  part: 'multipart',
  raw: 'raw',
  var: 'graphql',
}

const placeOfKind: Record<BodyKind, DefaultPlace> = {
  none: 'body',
  json: 'body',
  form: 'form',
  multipart: 'part',
  raw: 'nowhere',
  graphql: 'var',
}

export interface BodyFacts {
  method: Method
  contentType?: string
  graphql: boolean
  /** The place where a mail is put. */
  into?: Target
  written: Record<string, unknown>
}

export function decideBody(facts: BodyFacts, report: Report): { body: BodyKind; defaultPlace: DefaultPlace } {
  const { method, contentType, graphql, into, written } = facts
  const wanted = new Map<BodyKind, string>()
  const want = (kind: BodyKind | undefined, because: string): void => {
    if (kind && !wanted.has(kind)) wanted.set(kind, because)
  }
  if (graphql) want('graphql', 'graphql')
  if (contentType !== undefined) want(kindOfType(contentType), `request.content_type ${contentType}`)
  if (into) want(kindOfPlace[into.in], 'request.into')
  for (const [param, value] of Object.entries(written)) {
    const text = typeof value === 'string' ? value : meantMapping(value)
    const parsed = text === undefined ? undefined : parseMapping(text)
    if (!parsed || 'reason' in parsed) continue
    for (const target of parsed.targets) want(kindOfPlace[target.in], `the mapping of ${param}`)
  }
  const kinds = [...wanted.keys()]
  if (kinds.length > 1) {
    const reason = `The body cannot be both ${kinds[0]} (${wanted.get(kinds[0]!)}) and ${kinds[1]} (${wanted.get(kinds[1]!)})`
    report(
      'SKILL_BODY_CONFLICT',
      ['param_mapping'],
      { reason, remedy: 'Use one kind of body in an endpoint.' },
      'key',
    )
  }
  const body = kinds[0] ?? 'none'
  if (body !== 'none' && withoutBody.includes(method)) {
    const reason = `A ${method} request has no body, but ${wanted.get(body)} asks for one`
    report('SKILL_BODY_CONFLICT', ['method'], {
      reason,
      remedy: 'Send it to the query, or correct the method.',
    })
  }
  const defaultPlace = body !== 'graphql' && queryByDefault.includes(method) ? 'query' : placeOfKind[body]
  return { body, defaultPlace }
}

function kindOfType(contentType: string): BodyKind {
  const type = contentType.split(';')[0]!.trim().toLowerCase()
  if (type === 'application/x-www-form-urlencoded') return 'form'
  if (type.startsWith('multipart/')) return 'multipart'
  // Newline-delimited JSON and its like are text that a parameter brings whole.
  return type === 'application/json' || type.endsWith('+json') ? 'json' : 'raw'
}

export const contentTypes: Partial<Record<BodyKind, string>> = {
  json: 'application/json',
  graphql: 'application/json',
  form: 'application/x-www-form-urlencoded',
  multipart: 'multipart/form-data',
  raw: 'application/octet-stream',
}
