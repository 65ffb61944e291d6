/**
 * Parameter schemas as authors write them → JSON Schema 2020-12 as validators and model vendors accept it.
 * A parameter has a type, uses only keywords that fit the type, and refers to nothing. `required: true` on a
 * property and `style` on a parameter are sugar; they do not appear in the result.
 */
import { RE2JS } from 're2js'
import type { ArrayStyle, JsonSchema } from './manifest.ts'
import type { ProblemCode } from './problem-codes.ts'
import type { Details } from './problem.ts'
import { show } from './shape.ts'
import { nearest, suggest } from './suggest.ts'

export type Path = readonly (string | number)[]
export type Report = (
  code: ProblemCode,
  path: Path,
  details?: Details,
  part?: 'key' | 'value' | string,
) => void

export interface Parameter {
  name: string
  schema: JsonSchema
  required: boolean
  type: string
  style?: ArrayStyle
}

const types = ['string', 'integer', 'number', 'boolean', 'array', 'object']
const styles: readonly ArrayStyle[] = ['repeat', 'csv', 'brackets', 'indexed', 'pipe', 'space', 'deep']

/** What ajv-formats knows, and what Skillett adds. `file` is a file's content, chosen by path on the command line. */
export const formats = [
  'byte',
  'date',
  'date-time',
  'duration',
  'email',
  'file',
  'hostname',
  'int64-string',
  'ipv4',
  'ipv6',
  'json-pointer',
  'markdown',
  'password',
  'regex',
  'time',
  'uri',
  'uri-reference',
  'uri-template',
  'url',
  'uuid',
]

type Kind =
  'text' | 'flag' | 'number' | 'count' | 'any' | 'list' | 'texts' | 'schema' | 'schemas' | 'alternatives'

/** Keyword → what its value is, and the types of schema it may stand on (all when absent). */
const keywords: Record<string, { kind: Kind; on?: string[] }> = {
  type: { kind: 'any' },
  title: { kind: 'text' },
  description: { kind: 'text' },
  default: { kind: 'any' },
  examples: { kind: 'list' },
  deprecated: { kind: 'flag' },
  enum: { kind: 'list' },
  const: { kind: 'any' },
  format: { kind: 'text', on: ['string'] },
  pattern: { kind: 'text', on: ['string'] },
  minLength: { kind: 'count', on: ['string'] },
  maxLength: { kind: 'count', on: ['string'] },
  minimum: { kind: 'number', on: ['integer', 'number'] },
  maximum: { kind: 'number', on: ['integer', 'number'] },
  exclusiveMinimum: { kind: 'number', on: ['integer', 'number'] },
  exclusiveMaximum: { kind: 'number', on: ['integer', 'number'] },
  multipleOf: { kind: 'number', on: ['integer', 'number'] },
  items: { kind: 'schema', on: ['array'] },
  minItems: { kind: 'count', on: ['array'] },
  maxItems: { kind: 'count', on: ['array'] },
  uniqueItems: { kind: 'flag', on: ['array'] },
  properties: { kind: 'schemas', on: ['object'] },
  required: { kind: 'texts', on: ['object'] },
  additionalProperties: { kind: 'schema', on: ['object'] },
  minProperties: { kind: 'count', on: ['object'] },
  maxProperties: { kind: 'count', on: ['object'] },
  dependentRequired: { kind: 'any', on: ['object'] },
  anyOf: { kind: 'alternatives' },
  oneOf: { kind: 'alternatives' },
}

const kinds: Record<Kind, { fits: (value: unknown) => boolean; expected: string; example: string }> = {
  text: { fits: (value) => typeof value === 'string', expected: 'text', example: 'it in quotes' },
  flag: { fits: (value) => typeof value === 'boolean', expected: 'true or false', example: 'true' },
  number: { fits: (value) => typeof value === 'number', expected: 'a number', example: '1' },
  count: {
    fits: (value) => Number.isInteger(value) && Number(value) >= 0,
    expected: 'a whole number',
    example: '1',
  },
  any: { fits: () => true, expected: '', example: '' },
  list: { fits: (value) => Array.isArray(value) && value.length > 0, expected: 'a list', example: '[…]' },
  texts: {
    fits: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
    expected: 'a list of names',
    example: '[name]',
  },
  schema: {
    fits: (value) => isMap(value) || typeof value === 'boolean',
    expected: 'a schema',
    example: '{type: string}',
  },
  schemas: { fits: isMap, expected: 'a map of schemas', example: '{name: {type: string}}' },
  alternatives: {
    fits: (value) => Array.isArray(value) && value.length > 0 && value.every(isMap),
    expected: 'a list of schemas',
    example: '[{type: string}]',
  },
}

/** The sugar of a parameter, apart from its schema. */
export function readParameter(name: string, written: unknown, path: Path, report: Report): Parameter {
  const raw = isMap(written) ? { ...written } : {}
  if (!isMap(written)) report('SKILL_PARAMETER_TYPE', path, { param: name }, 'key')
  const required = raw['required'] === true
  if (typeof raw['required'] === 'boolean') delete raw['required']
  const style = styles.find((known) => known === raw['style'])
  if (raw['style'] !== undefined && style === undefined) {
    report('SKILL_WRONG_VALUE', [...path, 'style'], {
      key: `${name}.style`,
      value: show(raw['style']),
      suggestion: suggest(String(raw['style']), styles, 'Values'),
    })
  }
  delete raw['style']
  const schema = isMap(written) ? readSchema(raw, name, path, report) : { type: 'string' }
  const [type = 'string'] = [schema['type'] ?? 'string'].flat() as string[]
  return { name, schema, required, type, ...(style && { style }) }
}

/**
 * One schema, without what is wrong in it. `label` is how problems call it. `loose`: types may be left out, for
 * answers, which are described and not checked.
 */
export function readSchema(
  raw: Record<string, unknown>,
  label: string,
  path: Path,
  report: Report,
  loose = false,
): JsonSchema {
  const schema: JsonSchema = {}
  const alternatives = raw['anyOf'] ?? raw['oneOf']
  const ref = Object.keys(raw).find((key) => key === '$ref' || key === '$dynamicRef')
  if (ref !== undefined) {
    report('SKILL_REMOTE_REFERENCE', [...path, ref], { ref: String(raw[ref]) })
    return { type: 'string' }
  }
  const ownTypes = readType(raw, label, path, report)
  if (
    !loose &&
    ownTypes === undefined &&
    !Array.isArray(alternatives) &&
    !('enum' in raw) &&
    !('const' in raw)
  ) {
    report('SKILL_PARAMETER_TYPE', path, { param: label }, 'key')
  }
  for (const [key, value] of Object.entries(raw)) {
    if (key === 'type') {
      if (ownTypes) schema['type'] = Array.isArray(value) ? ownTypes : ownTypes[0]
    } else {
      readKeyword(schema, key, value, { ownTypes, label, path, report, loose })
    }
  }
  return hoistRequired(schema, raw)
}

function readType(
  raw: Record<string, unknown>,
  label: string,
  path: Path,
  report: Report,
): string[] | undefined {
  const type = raw['type']
  if (type === undefined) return undefined
  const names = Array.isArray(type) ? type : [type]
  const known = names.filter((name): name is string => types.includes(name as string) || name === 'null')
  const bad = names.find((name) => !known.includes(name as string))
  if (bad === undefined && known.length > 0 && known.some((name) => name !== 'null')) return known
  report('SKILL_WRONG_VALUE', [...path, 'type'], {
    key: `${label}.type`,
    value: show(bad ?? type),
    suggestion: suggest(String(bad ?? ''), types, 'Types'),
  })
  // Reported here; not once more as missing.
  return ['string']
}

interface Context {
  /** Undefined when the schema has no type of its own. */
  ownTypes: string[] | undefined
  label: string
  path: Path
  report: Report
  loose: boolean
}

function readKeyword(schema: JsonSchema, key: string, value: unknown, context: Context): void {
  const { ownTypes, label, path, report, loose } = context
  const here = [...path, key]
  const keyword = Object.hasOwn(keywords, key) ? keywords[key]! : undefined
  if (!keyword) {
    const suggestion = suggest(key, ownTypes ? keywordsOf(ownTypes) : Object.keys(keywords), 'Keys here')
    report('SKILL_UNKNOWN_KEY', here, { key, place: `in the schema of ${label}`, suggestion }, 'key')
    return
  }
  if (key === 'required' && typeof value === 'boolean') return
  const { fits, expected, example } = kinds[keyword.kind]
  if (!fits(value)) {
    const details = { key: `${label}.${key}`, actual: show(value), expected, example: `${key}: ${example}` }
    report('SKILL_WRONG_TYPE', here, details)
    return
  }
  if (keyword.on && ownTypes && !keyword.on.some((type) => ownTypes.includes(type))) {
    const reason = `${key} does not apply to ${ownTypes.join(' or ')}`
    report('SKILL_PARAMETER_SCHEMA', here, { param: label, reason }, 'key')
    return
  }
  if (key === 'pattern' && !checkPattern(String(value), here, report)) return
  if (key === 'format' && !formats.includes(String(value))) {
    const suggestion = suggest(String(value), formats, 'Formats')
    report('SKILL_WRONG_VALUE', here, { key: `${label}.format`, value: show(value), suggestion })
    return
  }
  if (keyword.kind === 'schema' && isMap(value)) {
    schema[key] = readSchema(value, key === 'items' ? `${label}[]` : `${label}.*`, here, report, loose)
  } else if (keyword.kind === 'schemas') {
    schema[key] = Object.fromEntries(
      Object.entries(value as object).map(([name, inner]) => [
        name,
        isMap(inner)
          ? readSchema(inner, `${label}.${name}`, [...here, name], report, loose)
          : (report('SKILL_PARAMETER_TYPE', [...here, name], { param: `${label}.${name}` }, 'key'),
            { type: 'string' }),
      ]),
    )
  } else if (keyword.kind === 'alternatives') {
    schema[key] = (value as Record<string, unknown>[]).map((inner, index) =>
      // An alternative that only adds `required` to its object takes the object's type.
      readSchema(
        'required' in inner && !('type' in inner) ? { type: ownTypes?.[0] ?? 'object', ...inner } : inner,
        label,
        [...here, index],
        report,
        loose,
      ),
    )
  } else {
    if (key === 'enum' || key === 'const') checkValues(key, value, context)
    schema[key] = value
  }
}

/** A value of another type than the schema's can never be given. */
function checkValues(key: string, value: unknown, { ownTypes, label, path, report }: Context): void {
  if (!ownTypes) return
  for (const [index, one] of (key === 'enum' ? (value as unknown[]) : [value]).entries()) {
    const type = Array.isArray(one) ? 'array' : one === null ? 'null' : typeof one
    const fits =
      ownTypes.includes(type) ||
      (type === 'number' && (ownTypes.includes('integer') ? Number.isInteger(one) : false))
    if (fits) continue
    const here = key === 'enum' ? [...path, key, index] : [...path, key]
    report('SKILL_PARAMETER_SCHEMA', here, {
      param: label,
      reason: `${show(one)} is not ${ownTypes.join(' or ')}`,
    })
  }
}

/** Patterns run in linear time or not at all. */
export function checkPattern(pattern: string, path: Path, report: Report): boolean {
  try {
    RE2JS.compile(pattern)
    return true
  } catch (error) {
    const reason = (error as Error).message.replace(/^error parsing regexp: /, '').replace(/\.$/, '')
    report('SKILL_PATTERN', path, { pattern, reason })
    return false
  }
}

/** `required: true` on properties → the object's `required` list, in source order. */
function hoistRequired(schema: JsonSchema, raw: Record<string, unknown>): JsonSchema {
  const properties = raw['properties']
  if (!isMap(properties)) return schema
  const flagged = Object.entries(properties)
    .filter(([, inner]) => isMap(inner) && inner['required'] === true)
    .map(([name]) => name)
  const listed = (schema['required'] as string[] | undefined) ?? []
  const all = [...new Set([...listed, ...flagged])]
  return all.length > 0 ? { ...schema, required: all } : schema
}

function keywordsOf(ownTypes: string[]): string[] {
  return Object.keys(keywords)
    .filter((key) => !keywords[key]!.on || keywords[key]!.on.some((type) => ownTypes.includes(type)))
    .sort()
}

/** The names a schema's `required` may list, with the nearest for one that it does not have. */
export function undeclaredRequired(schema: JsonSchema): { name: string; near?: string } | undefined {
  const properties = Object.keys((schema['properties'] as object | undefined) ?? {})
  const listed = (schema['required'] as string[] | undefined) ?? []
  const name = listed.find((required) => !properties.includes(required))
  if (name === undefined || properties.length === 0) return undefined
  const near = nearest(name, properties)
  return { name, ...(near !== undefined && { near }) }
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
