/** What one target of a mapping must satisfy by itself: its header is allowed, its filters fit the parameter. */
import type { Draft } from './body-kind.ts'
import type { Filter } from './manifest.ts'
import type { MappedTarget } from './mapping.ts'
import type { Parameter, Path, Report } from './parameter.ts'

const deniedHeaders = new Set([
  'authorization',
  'connection',
  'content-length',
  'cookie',
  'expect',
  'forwarded',
  'host',
  'http2-settings',
  'keep-alive',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
])

/** Credentials, hop-by-hop headers and what says where a request comes from belong to the gateway. */
export function isDeniedHeader(header: string): boolean {
  const name = header.toLowerCase()
  return deniedHeaders.has(name) || name.startsWith('proxy-') || name.startsWith('x-forwarded-')
}

const filterTypes: Record<Filter, readonly string[]> = {
  base64: ['string'],
  base64url: ['string'],
  lower: ['string'],
  csv: ['array'],
  unix: ['string', 'integer', 'number'],
  rfc3339: ['string', 'integer', 'number'],
  json: ['string', 'integer', 'number', 'boolean', 'array', 'object'],
}

export function checkTarget(
  draft: Draft,
  parameter: Parameter,
  target: MappedTarget,
  path: Path,
  report: Report,
): void {
  if (target.in === 'header' && isDeniedHeader(String(target.at))) {
    report('SKILL_HEADER_DENIED', path, { header: String(target.at) }, String(target.at))
  }
  let { type } = parameter
  for (const filter of target.filters) {
    if (!filterTypes[filter].includes(type)) {
      const allowed = (Object.keys(filterTypes) as Filter[]).filter((known) =>
        filterTypes[known].includes(type),
      )
      const details = { filter, param: parameter.name, type, allowed: allowed.join(', ') }
      report('SKILL_FILTER_TYPE', path, details, filter)
    }
    type = 'string'
  }
  if (type === 'object' && (target.in === 'path' || target.in === 'header')) {
    const remedy = 'Add a filter, such as | json.'
    const reason = `${parameter.name} is ${type}, which has no form in ${target.in === 'path' ? 'a path' : 'a header'}`
    report('SKILL_MAPPING_SYNTAX', path, { mapping: target.text, reason, remedy }, target.text)
  }
  const placeholder = draft.placeholders.find(
    (candidate) => target.in === 'path' && candidate.name === target.at,
  )
  if (placeholder && target.text.endsWith('*}') !== placeholder.many) {
    const right = placeholder.many ? `{${placeholder.name}*}` : `{${placeholder.name}}`
    const reason = `the path has ${right}`
    report(
      'SKILL_MAPPING_SYNTAX',
      path,
      { mapping: target.text, reason, remedy: `Write '${right}'.` },
      target.text,
    )
  }
}
