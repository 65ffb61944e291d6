/**
 * Parameters + `param_mapping` + path → the request plan, with the proofs that make it unambiguous:
 * every placeholder is filled exactly once, no two parameters write one place, every captured part is used.
 */
import { placeDefaults, type Draft } from './body-kind.ts'
import type { ArrayStyle, Mapping, Target } from './manifest.ts'
import { meantMapping, parseMapping, type Mapped, type MappedTarget } from './mapping.ts'
import type { Parameter, Path, Report } from './parameter.ts'
import { checkTarget } from './target-rules.ts'
import { nearest, suggest } from './suggest.ts'

export interface Placeholder {
  name: string
  /** `{name*}`: several segments. */
  many: boolean
}

/** The placeholders of a path template, in order. */
export function placeholdersOf(path: string): Placeholder[] {
  return [...path.matchAll(/\{([A-Za-z_][A-Za-z0-9_]*)(\*?)\}/g)].map((found) => ({
    name: found[1]!,
    many: found[2] === '*',
  }))
}

/** One mapping a parameter, in the order of the parameters. */
export function mapParameters(draft: Draft, queryArrays: ArrayStyle, report: Report): Mapping[] {
  const { parameters, written } = draft
  reportUnknownParameters(parameters, written, report)
  const mappings: Mapping[] = []
  for (const parameter of parameters) {
    const mapping =
      Object.hasOwn(written, parameter.name) && written[parameter.name] !== undefined
        ? mapWritten(draft, parameter, written[parameter.name], report)
        : mapByDefault(draft, parameter, report)
    if (!mapping) continue
    for (const target of mapping.to) {
      if ((target.in === 'query' || target.in === 'form') && isNested(parameter) && !target.filters?.length) {
        target.style = parameter.style ?? (parameter.type === 'object' ? 'deep' : queryArrays)
      }
    }
    mappings.push(mapping)
  }
  provePlaces(draft, mappings, report)
  return mappings
}

function reportUnknownParameters(
  parameters: Parameter[],
  written: Record<string, unknown>,
  report: Report,
): void {
  const names = parameters.map((parameter) => parameter.name)
  for (const name of Object.keys(written)) {
    if (names.includes(name)) continue
    report(
      'SKILL_MAPPING_UNKNOWN_PARAMETER',
      ['param_mapping', name],
      { param: name, suggestion: suggest(name, names, 'Parameters') },
      'key',
    )
  }
}

function mapWritten(draft: Draft, parameter: Parameter, value: unknown, report: Report): Mapping | undefined {
  const path: Path = ['param_mapping', parameter.name]
  const meant = meantMapping(value)
  if (meant !== undefined) {
    report('SKILL_MAPPING_QUOTES', path, { param: parameter.name, mapping: meant })
    // Go on with what was meant, so that the path is not reported as unfilled as well.
    return mapWritten(draft, parameter, meant, () => undefined)
  }
  if (typeof value !== 'string') {
    const remedy = `Write it like ${parameter.name}: body.${parameter.name}.`
    report('SKILL_MAPPING_SYNTAX', path, {
      mapping: JSON.stringify(value) ?? '',
      reason: 'it is not text',
      remedy,
    })
    return undefined
  }
  const parsed = parseMapping(value)
  if ('reason' in parsed) {
    report(
      'SKILL_MAPPING_SYNTAX',
      path,
      { mapping: value, reason: parsed.reason, remedy: parsed.remedy },
      parsed.part,
    )
    return undefined
  }
  return connect(draft, parameter, parsed, path, report)
}

/** Hands each captured part to the target of its name. */
function connect(
  draft: Draft,
  parameter: Parameter,
  mapped: Mapped,
  path: Path,
  report: Report,
): Mapping | undefined {
  const { split, whole, targets } = mapped
  if (whole !== undefined && whole !== parameter.name && !targets.some((target) => target.name === whole)) {
    report('SKILL_CAPTURE_UNUSED', path, { name: whole, param: parameter.name }, whole)
  }
  if (split && parameter.type !== 'string') {
    const remedy = 'Give the parameter type: string, or send it to one place.'
    const reason = `only text can be split, and ${parameter.name} is ${parameter.type}`
    report('SKILL_MAPPING_SYNTAX', path, { mapping: parameter.name, reason, remedy })
  }
  const to = targets.map((target) => toTarget(draft, parameter, target, path, report))
  if (split) {
    for (const [index, target] of targets.entries()) {
      if (split.names.includes(target.name)) to[index]!.capture = target.name
      else {
        const details = { target: target.text, param: parameter.name, names: split.names.join(', ') }
        report('SKILL_CAPTURE_UNKNOWN', path, details, target.text)
      }
    }
    for (const name of split.names) {
      if (!targets.some((target) => target.name === name)) {
        report('SKILL_CAPTURE_UNUSED', path, { name, param: parameter.name }, name)
      }
    }
  }
  return { param: parameter.name, ...(split && { split }), to }
}

function toTarget(
  draft: Draft,
  parameter: Parameter,
  target: MappedTarget,
  path: Path,
  report: Report,
): Target {
  checkTarget(draft, parameter, target, path, report)
  return { in: target.in, at: target.at, ...(target.filters.length > 0 && { filters: target.filters }) }
}

function mapByDefault(draft: Draft, parameter: Parameter, report: Report): Mapping | undefined {
  const { name } = parameter
  if (draft.placeholders.some((placeholder) => placeholder.name === name)) {
    return { param: name, to: [{ in: 'path', at: name }] }
  }
  const place = placeDefaults[draft.defaultPlace]
  if (place) return { param: name, to: [place(name)] }
  const remedy = `Say where it goes: param_mapping: {${name}: ?${name}}.`
  report(
    'SKILL_BODY_CONFLICT',
    ['params', name],
    { reason: `The body is one value, so ${name} has no place of its own`, remedy },
    'key',
  )
  return undefined
}

function isNested(parameter: Parameter): boolean {
  return parameter.type === 'array' || parameter.type === 'object'
}

function provePlaces(draft: Draft, mappings: Mapping[], report: Report): void {
  const taken = new Map<string, string>(draft.constants)
  const written = draft.written
  for (const { param, to } of mappings) {
    const path: Path = Object.hasOwn(written, param) ? ['param_mapping', param] : ['params', param]
    const part = Object.hasOwn(written, param) ? 'value' : 'key'
    for (const target of to) {
      const place = placeName(target)
      const first = overlapping(taken, place)
      if (first === undefined) taken.set(place, param)
      else report('SKILL_PLACE_TAKEN', path, { first, second: param, place: printed(place) }, part)
      if (target.in === 'path') checkPlaceholder(draft, param, String(target.at), path, part, report)
    }
  }
  for (const { name } of draft.placeholders) {
    if (taken.has(`path\u0000${name}`)) continue
    const near = nearest(
      name,
      draft.parameters.map((parameter) => parameter.name),
    )
    const suggestion = near
      ? `Did you mean the parameter ${near}? Otherwise add a parameter ${name} with required: true.`
      : `Add a parameter ${name} with required: true, or map another one to '{${name}}'.`
    report('SKILL_PLACEHOLDER_UNFILLED', ['path'], { name, suggestion }, `{${name}`)
  }
}

function checkPlaceholder(
  draft: Draft,
  param: string,
  name: string,
  path: Path,
  part: 'key' | 'value',
  report: Report,
): void {
  const known = draft.placeholders.map((placeholder) => placeholder.name)
  const parameter = draft.parameters.find((candidate) => candidate.name === param)
  if (!known.includes(name)) {
    report(
      'SKILL_PLACEHOLDER_UNKNOWN',
      path,
      { name, suggestion: suggest(name, known, 'The path has') },
      `{${name}`,
    )
  } else if (parameter && !parameter.required) {
    report('SKILL_PLACEHOLDER_OPTIONAL', part === 'key' ? path : ['params', param], { param, name }, 'key')
  }
}

function placeName(target: Target): string {
  const at = Array.isArray(target.at) ? target.at.join('\u0001') : target.at
  return `${target.in}\u0000${target.in === 'header' ? at.toLowerCase() : at}`
}

/** The parameter that already writes this place, or a document around or inside it. */
function overlapping(taken: ReadonlyMap<string, string>, place: string): string | undefined {
  const exact = taken.get(place)
  if (exact !== undefined) return exact
  const [where] = place.split('\u0000')
  if (where !== 'body' && where !== 'var') return undefined
  const whole = `${where}\u0000`
  for (const [other, param] of taken) {
    if (!other.startsWith(whole)) continue
    const [shorter, longer] = other.length < place.length ? [other, place] : [place, other]
    if (shorter === whole || longer.startsWith(`${shorter}\u0001`)) return param
  }
  return undefined
}

function printed(place: string): string {
  const [where = '', at = ''] = place.split('\u0000')
  const forms: Record<string, string> = {
    path: `{${at}}`,
    query: `?${at}`,
    header: `header:${at}`,
    raw: 'the body',
  }
  return forms[where] ?? (at === '' ? `the whole ${where}` : `${where}.${at.replaceAll('\u0001', '.')}`)
}
