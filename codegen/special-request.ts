/** The forms of a request beyond parameters in places: GraphQL, mail, content negotiation, uploads, constants. */
import { checkUrl } from './link-integration.ts'
import type { Integration, RequestPlan, Target } from './manifest.ts'
import { mimeFields, parseMapping } from './mapping.ts'
import type { Parameter, Report } from './parameter.ts'
import { suggest } from './suggest.ts'
import { isDeniedHeader } from './target-rules.ts'
import { readSize } from './units.ts'

export interface WrittenRequest {
  content_type?: string
  headers?: Record<string, string>
  query?: Record<string, string>
  mime?: Record<string, string>
  into?: string
  upload?: { over?: string; url: string; type?: string; max?: string; protocol?: string }
  upload_hosts?: string[]
}

export interface SpecialRequest {
  plan: Pick<RequestPlan, 'graphql' | 'mime' | 'accept' | 'upload'>
  /** Mappings that `request.mime` stands for. */
  mapping: Record<string, string>
  /** Parameters that go to no place of their own. */
  consumed: string[]
  /** Places that constants take. */
  constants: [place: string, label: string][]
}

export function readSpecial(
  data: Record<string, unknown>,
  request: WrittenRequest,
  parameters: Parameter[],
  integration: Integration | undefined,
  report: Report,
): SpecialRequest {
  const names = parameters.map(({ name }) => name)
  const special: SpecialRequest = { plan: {}, mapping: {}, consumed: [], constants: [] }
  for (const header of Object.keys(request.headers ?? {})) {
    if (isDeniedHeader(header))
      report('SKILL_HEADER_DENIED', ['request', 'headers', header], { header }, 'key')
    special.constants.push([`header\u0000${header.toLowerCase()}`, 'request.headers'])
  }
  for (const key of Object.keys(request.query ?? {}))
    special.constants.push([`query\u0000${key}`, 'request.query'])
  readGraphql(data, special, report)
  readMime(request, names, special, report)
  readAccept(data, parameters, special, report)
  const { upload } = request
  if (upload) {
    checkUrl(
      'request.upload.url',
      upload.url,
      ['request', 'upload', 'url'],
      integration?.allowed_hosts ?? [],
      report,
    )
    const { over, max, ...rest } = upload
    special.plan.upload = {
      ...rest,
      ...(over !== undefined && { over: readSize(over) }),
      ...(max !== undefined && { max: readSize(max) }),
    }
  }
  return special
}

function readGraphql(data: Record<string, unknown>, special: SpecialRequest, report: Report): void {
  const graphql = data['graphql'] as { query: string; operation?: string } | undefined
  if (!graphql) return
  special.plan.graphql = graphql
  if (data['method'] !== 'POST') {
    const remedy = 'Write method: POST.'
    report('SKILL_GRAPHQL', ['method'], { reason: 'GraphQL is sent by POST', remedy })
  }
}

/** Every variable that a parameter goes to is declared by the query. */
export function checkVariables(
  plan: Pick<RequestPlan, 'graphql' | 'mapping'>,
  written: Record<string, unknown>,
  report: Report,
): void {
  const { graphql, mapping } = plan
  if (!graphql) return
  const declared = [...graphql.query.matchAll(/\$([A-Za-z_][A-Za-z0-9_]*)\s*:/g)].map((found) => found[1]!)
  for (const { param, to } of mapping) {
    for (const target of to) {
      const variable = target.in === 'var' ? String(target.at[0]) : undefined
      if (variable === undefined || declared.includes(variable)) continue
      const reason = `The query declares no variable $${variable}`
      const remedy = suggest(variable, declared, 'Declared')
      if (Object.hasOwn(written, param))
        report('SKILL_GRAPHQL', ['param_mapping', param], { reason, remedy }, variable)
      else report('SKILL_GRAPHQL', ['params', param], { reason, remedy }, 'key')
    }
  }
}

function readMime(request: WrittenRequest, names: string[], special: SpecialRequest, report: Report): void {
  const { mime, into } = request
  if (!mime) {
    if (into !== undefined) {
      const remedy = 'Add request.mime, or leave into out.'
      report(
        'SKILL_BODY_CONFLICT',
        ['request', 'into'],
        { reason: 'request.into says where a mail goes, but there is no mail', remedy },
        'key',
      )
    }
    return
  }
  for (const [field, value] of Object.entries(mime)) {
    const path = ['request', 'mime', field]
    if (!(mimeFields as readonly string[]).includes(field)) {
      const suggestion = suggest(field, mimeFields, 'Fields')
      report('SKILL_UNKNOWN_KEY', path, { key: field, place: 'in request.mime', suggestion }, 'key')
      continue
    }
    const param = /^\$([A-Za-z_][A-Za-z0-9_]*)$/.exec(value)?.[1]
    if (param === undefined || !names.includes(param)) {
      const suggestion = suggest(
        param ?? value,
        names.map((name) => `$${name}`),
        'Parameters',
      )
      report('SKILL_MAPPING_UNKNOWN_PARAMETER', path, { param: param ?? value, suggestion })
      continue
    }
    special.mapping[param] = special.mapping[param]
      ? `${special.mapping[param]}, mime.${field}`
      : `mime.${field}`
  }
  const parsed = parseMapping(into ?? 'raw')
  if ('reason' in parsed || parsed.targets.length !== 1) {
    const reason = 'reason' in parsed ? parsed.reason : 'a mail goes to one place'
    report('SKILL_MAPPING_SYNTAX', ['request', 'into'], {
      mapping: into ?? '',
      reason,
      remedy: 'Write it like body.raw | base64url.',
    })
    return
  }
  const [place] = parsed.targets
  const target: Target = {
    in: place!.in,
    at: place!.at,
    ...(place!.filters.length > 0 && { filters: place!.filters }),
  }
  special.plan.mime = { into: target }
  const at = Array.isArray(target.at) ? target.at.join('\u0001') : target.at
  special.constants.push([`${target.in}\u0000${at}`, 'request.mime'])
}

function readAccept(
  data: Record<string, unknown>,
  parameters: Parameter[],
  special: SpecialRequest,
  report: Report,
): void {
  const accept = data['accept'] as RequestPlan['accept']
  if (!accept) return
  special.plan.accept = accept
  special.consumed.push(accept.param)
  const parameter = parameters.find(({ name }) => name === accept.param)
  if (!parameter) {
    const names = parameters.map(({ name }) => name)
    const suggestion = suggest(accept.param, names, 'Parameters')
    report('SKILL_MAPPING_UNKNOWN_PARAMETER', ['accept', 'param'], { param: accept.param, suggestion })
    return
  }
  const values = parameter.schema['enum']
  for (const key of Object.keys(accept.map)) {
    if (Array.isArray(values) && !values.includes(key)) {
      const suggestion = suggest(key, values.map(String), 'Values')
      report(
        'SKILL_WRONG_VALUE',
        ['accept', 'map', key],
        { key: 'accept.map', value: JSON.stringify(key), suggestion },
        'key',
      )
    }
  }
}
