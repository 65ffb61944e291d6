/**
 * Front matter held against its JSON Schema: every deviation becomes a problem at the very key or value.
 * What deviates is then left out of the data, so that the rules after this one meet only values of the right
 * shape and can still speak about the rest of the file.
 */
import { deviations, type Deviation } from './conform.ts'
import type { FrontMatter } from './front-matter.ts'
import { checkExpression } from './expression.ts'
import { problem, type Details, type Problem } from './problem.ts'
import type { ProblemCode } from './problem-codes.ts'
import { endpointSchema } from './schema/endpoint.ts'
import { integrationSchema } from './schema/integration.ts'
import { suggest } from './suggest.ts'

export type Kind = 'integration' | 'endpoint'

type Path = (string | number)[]

const schemas = { integration: integrationSchema, endpoint: endpointSchema } as const
/** Beside JSON Schema's own. */
const checks = { 'x-expression': checkExpression }

export function checkShape(
  kind: Kind,
  front: FrontMatter,
): { data: Record<string, unknown>; problems: Problem[] } {
  const problems: Problem[] = []
  let { data } = front
  // Leaving out a value can make its parent incomplete, which is then left out in the next round.
  for (let round = 0; round < 6; round++) {
    const errors = deviations(schemas[kind], data, checks)
    if (errors.length === 0) break
    if (round === 0) {
      problems.push(...describeErrors(kind, front, errors))
      data = structuredClone(data)
    }
    data = withoutDeviations(data, errors)
  }
  return { data, problems }
}

function describeErrors(kind: Kind, front: FrontMatter, errors: readonly Deviation[]): Problem[] {
  const seen = new Set<string>()
  const problems: Problem[] = []
  for (const error of errors) {
    const described = describeError(kind, error)
    if (!described) continue
    const { code, path, details, part } = described
    const found = problem(code, front.span(path, part), details)
    const identity = `${found.line}:${found.column}:${code}:${found.text}`
    if (!seen.has(identity)) problems.push(found)
    seen.add(identity)
  }
  return problems
}

interface Description {
  code: ProblemCode
  path: Path
  part: 'key' | 'value'
  details: Details
}

type Describe = (error: Deviation, path: Path, kind: Kind) => Description

const wrongForm =
  (reason: (error: Deviation) => string, remedy: (error: Deviation) => string): Describe =>
  (error, path) => ({
    code: 'SKILL_WRONG_FORM',
    path,
    part: error.propertyName === undefined ? 'value' : 'key',
    details: { key: nameOf(path), value: show(error.data), reason: reason(error), remedy: remedy(error) },
  })

/** How each keyword of our schemas is explained to an author. */
const describers: Record<string, Describe> = {
  additionalProperties: (error, path, kind) => {
    const key = String(error.params['additionalProperty'])
    const known = Object.keys((error.schema['properties'] as object | undefined) ?? {}).sort()
    return {
      code: 'SKILL_UNKNOWN_KEY',
      path: [...path, key],
      part: 'key',
      details: { key, place: placeName(kind, path), suggestion: suggest(key, known, 'Keys here') },
    }
  },
  required: (error, path, kind) => missing(String(error.params['missingProperty']), path, kind),
  dependentRequired: (error, path, kind) => missing(String(error.params['missingProperty']), path, kind),
  type: (error, path) => {
    const expected = [error.params['type']].flat().map(String)
    return {
      code: 'SKILL_WRONG_TYPE',
      path,
      part: 'value',
      details: {
        key: nameOf(path),
        actual: typeName(error.data),
        expected: expected.map((type) => typeNames[type] ?? type).join(' or '),
        example: exampleOf(expected[0] ?? 'string', path, error.data),
      },
    }
  },
  enum: (error, path) => {
    const allowed = (error.params['allowedValues'] as unknown[]).map(String)
    return {
      code: 'SKILL_WRONG_VALUE',
      path,
      part: 'value',
      details: {
        key: nameOf(path),
        value: show(error.data),
        suggestion: suggest(String(error.data), allowed, 'Values'),
      },
    }
  },
  pattern: wrongForm(
    (error) => String(error.schema['x-reason'] ?? `it does not match ${error.params['pattern']}`),
    (error) => String(error.schema['x-remedy'] ?? `Write something that matches ${error.params['pattern']}.`),
  ),
  'x-expression': (error, path) => ({
    code: 'SKILL_EXPRESSION',
    path,
    part: 'value',
    details: { key: nameOf(path), reason: checkExpression(String(error.data)) ?? '' },
  }),
  maxLength: wrongForm(
    (error) => `it is longer than ${error.params['limit']} characters`,
    () => 'Shorten it.',
  ),
  minLength: wrongForm(
    () => 'it is empty',
    () => 'Write something, or leave the key out.',
  ),
  minItems: wrongForm(
    () => 'it is empty',
    () => 'Write something, or leave the key out.',
  ),
  minProperties: wrongForm(
    () => 'it is empty',
    () => 'Write something, or leave the key out.',
  ),
  maxItems: wrongForm(
    (error) => `it has more than ${error.params['limit']} entries`,
    () => 'Remove some.',
  ),
  maxProperties: wrongForm(
    (error) => `it has more than ${error.params['limit']} keys`,
    () => 'Remove some.',
  ),
  minimum: wrongForm(
    (error) => `it is less than ${error.params['limit']}`,
    (error) => `Write at least ${error.params['limit']}.`,
  ),
  maximum: wrongForm(
    (error) => `it is more than ${error.params['limit']}`,
    (error) => `Write at most ${error.params['limit']}.`,
  ),
  uniqueItems: wrongForm(
    () => 'an entry stands there twice',
    () => 'Remove one.',
  ),
}

/** Keywords that only say that another one, reported as well, has failed. */
const silent = new Set(['if', 'propertyNames', 'allOf', 'anyOf', 'oneOf'])

function describeError(kind: Kind, error: Deviation): Description | undefined {
  if (silent.has(error.keyword)) return undefined
  const { path } = error
  const describe = describers[error.keyword]
  return describe?.(error, error.propertyName === undefined ? path : [...path, error.propertyName], kind)
}

function missing(key: string, path: Path, kind: Kind): Description {
  return { code: 'SKILL_MISSING_KEY', path, part: 'key', details: { key, place: placeName(kind, path) } }
}

function withoutDeviations(
  data: Record<string, unknown>,
  errors: readonly Deviation[],
): Record<string, unknown> {
  for (const error of errors) {
    if (silent.has(error.keyword)) continue
    const path = [...error.path]
    if (error.keyword === 'additionalProperties') path.push(String(error.params['additionalProperty']))
    else if (error.propertyName !== undefined) path.push(error.propertyName)
    // A missing key at the top is for the rules to live with; deeper, the incomplete parent goes.
    if (path.length > 0) remove(data, path)
  }
  return data
}

function remove(data: unknown, path: Path): void {
  let parent = data as Record<string | number, unknown> | undefined
  for (const step of path.slice(0, -1)) parent = parent?.[step] as typeof parent
  const last = path.at(-1)!
  if (parent === null || typeof parent !== 'object') return
  // Array entries keep their index, by which problems find their place.
  if (Array.isArray(parent)) parent[Number(last)] = undefined
  else delete parent[last]
}

/** `defaults.errors[0].code`. */
export function nameOf(path: readonly (string | number)[]): string {
  return path.reduce<string>(
    (name, step) => (typeof step === 'number' ? `${name}[${step}]` : name === '' ? step : `${name}.${step}`),
    '',
  )
}

function placeName(kind: Kind, path: Path): string {
  if (path.length > 0) return `in ${nameOf(path)}`
  return kind === 'endpoint' ? 'in an endpoint file' : 'in SKILL.md'
}

const typeNames: Record<string, string> = {
  string: 'text',
  object: 'a map of keys and values',
  array: 'a list',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  null: 'null',
}

function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map of keys and values'
  return typeof value === 'string' ? `the text ${show(value)}` : `the ${typeof value} ${String(value)}`
}

function exampleOf(type: string, path: Path, value: unknown): string {
  const key = typeof path.at(-1) === 'string' ? `${path.at(-1)}: ` : ''
  const scalar = typeof value === 'object' ? '' : String(value)
  const examples: Record<string, string> = {
    string: scalar === '' ? `${key}some text` : `${key}"${scalar}"`,
    object: `${key}{…}`,
    array: scalar === '' ? `${key}[…]` : `${key}[${scalar}]`,
    boolean: `${key}true`,
    integer: `${key}1`,
    number: `${key}1`,
  }
  return examples[type] ?? `${key}…`
}

/** A value as it may stand in a sentence. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
