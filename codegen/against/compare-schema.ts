/**
 * A parameter's schema held against the vendor's: types that the service takes, enum values it knows, keys of
 * nested objects it has. Where the description says nothing, everything goes.
 */
import type { JsonSchema } from '../manifest.ts'
import { fieldsOf } from '../import/body.ts'
import type { References } from '../import/references.ts'
import { typeOf, viewSchema, type SchemaView } from '../import/schema-view.ts'
import type { Rule } from './excuse.ts'

export interface Difference {
  rule: Extract<Rule, 'type' | 'enum' | 'parameter'>
  /** Inside the skill's schema. */
  path: (string | number)[]
  isKey: boolean
  subject: string
  actual: string
  expected: string
  known: string[]
}

export interface Comparison {
  references: References
  /** On the wire all scalars are text: query, path, headers, forms. */
  isText: boolean
  /** A list is one text, by its style or a filter. */
  isJoined: boolean
}

const scalars = ['string', 'integer', 'number', 'boolean']
const maxDepth = 8

export function compareSchema(schema: JsonSchema, raw: unknown, comparison: Comparison): Difference[] {
  return compare(
    schema,
    allViews(viewSchema(raw, comparison.references), comparison.references),
    comparison,
    [],
    0,
  )
}

/** How many alternatives of alternatives are looked at; beyond them, everything goes. */
const maxAlternatives = 500

/** A schema and its alternatives; empty when it says nothing about types or values. */
function allViews(
  view: SchemaView,
  references: References,
  budget = { left: maxAlternatives },
): SchemaView[] {
  if (view.alternatives.length === 0) return view.types.length === 0 && !view.enum ? [] : [view]
  if (view.types.includes('object') && view.properties.size > 0) return [view]
  const all: SchemaView[] = []
  for (const alternative of view.alternatives) {
    if (budget.left-- <= 0) return []
    const inner = allViews(viewSchema(alternative, references), references, budget)
    if (inner.length === 0) return []
    all.push(...inner)
  }
  return all
}

function compare(
  schema: JsonSchema,
  views: SchemaView[],
  comparison: Comparison,
  path: (string | number)[],
  depth: number,
): Difference[] {
  if (views.length === 0 || depth > maxDepth) return []
  const alternatives = (schema['anyOf'] ?? schema['oneOf']) as JsonSchema[] | undefined
  if (schema['type'] === undefined && alternatives) {
    const key = schema['anyOf'] ? 'anyOf' : 'oneOf'
    return alternatives.flatMap((each, index) =>
      compare(each, views, comparison, [...path, key, index], depth + 1),
    )
  }
  const types = ([schema['type'] ?? typesOfValues(schema)].flat() as string[]).filter(
    (type) => type !== 'null',
  )
  const accepted = [
    ...new Set(views.flatMap((view) => view.types.map((type) => (type === 'file' ? 'string' : type)))),
  ]
  const wrong = types.find((type) => !isAccepted(type, accepted, schema, comparison))
  if (wrong !== undefined) {
    const spot = schema['type'] === undefined ? path : [...path, 'type']
    return [
      {
        rule: 'type',
        path: spot,
        isKey: false,
        subject: String(path.at(-1) ?? ''),
        actual: wrong,
        expected: accepted.join(' or '),
        known: accepted,
      },
    ]
  }
  return [
    ...compareValues(schema, views, comparison, path),
    ...compareItems(schema, views, comparison, path, depth),
    ...compareProperties(schema, views, comparison, path, depth),
  ]
}

function typesOfValues(schema: JsonSchema): string[] {
  const values = (schema['enum'] ?? ('const' in schema ? [schema['const']] : [])) as unknown[]
  return [...new Set(values.map(typeOf))]
}

function isAccepted(
  type: string,
  accepted: string[],
  schema: JsonSchema,
  { isText, isJoined }: Comparison,
): boolean {
  if (accepted.length === 0 || accepted.includes(type)) return true
  if (type === 'integer' && accepted.includes('number')) return true
  if (type === 'string' && schema['format'] === 'int64-string' && accepted.includes('integer')) return true
  if (!isText) return false
  if (scalars.includes(type) && (accepted.includes('string') || accepted.includes('array'))) return true
  return type === 'array' && isJoined && accepted.includes('string')
}

function compareValues(
  schema: JsonSchema,
  views: SchemaView[],
  { isText }: Comparison,
  path: (string | number)[],
): Difference[] {
  const key = schema['const'] === undefined ? 'enum' : 'const'
  const values = (key === 'const' ? [schema['const']] : (schema['enum'] ?? [])) as unknown[]
  if (views.some((view) => !view.enum)) return []
  const known = views.flatMap((view) => view.enum ?? [])
  const isKnown = (value: unknown): boolean =>
    value === null || known.some((each) => each === value || (isText && String(each) === String(value)))
  return values.flatMap((value, index): Difference[] =>
    isKnown(value)
      ? []
      : [
          {
            rule: 'enum',
            path: key === 'const' ? [...path, key] : [...path, key, index],
            isKey: false,
            subject: String(value),
            actual: JSON.stringify(value),
            expected: known.map(String).join(', '),
            known: known.map(String),
          },
        ],
  )
}

function compareItems(
  schema: JsonSchema,
  views: SchemaView[],
  comparison: Comparison,
  path: (string | number)[],
  depth: number,
): Difference[] {
  const items = schema['items'] as JsonSchema | undefined
  if (items === undefined) return []
  const lists = views.filter((view) => view.types.includes('array'))
  if (lists.length === 0 || lists.some((view) => view.items === undefined)) return []
  const inner = lists.map((view) =>
    allViews(viewSchema(view.items, comparison.references), comparison.references),
  )
  return inner.some((each) => each.length === 0)
    ? []
    : compare(items, inner.flat(), comparison, [...path, 'items'], depth + 1)
}

function compareProperties(
  schema: JsonSchema,
  views: SchemaView[],
  comparison: Comparison,
  path: (string | number)[],
  depth: number,
): Difference[] {
  const properties = schema['properties'] as Record<string, JsonSchema> | undefined
  if (!properties) return []
  const { references } = comparison
  const objects = views.filter((view) => view.types.includes('object'))
  if (objects.length === 0 || objects.some(isOpen)) return []
  const fields = objects.map((view) => fieldsOf(view, references)?.properties ?? new Map<string, unknown>())
  return Object.entries(properties).flatMap(([name, inner]): Difference[] => {
    const here = [...path, 'properties', name]
    const described = fields.flatMap((each) =>
      each.has(name) ? [viewSchema(each.get(name), references)] : [],
    )
    if (described.length === 0) {
      const known = [...new Set(fields.flatMap((each) => [...each.keys()]))]
      return [
        { rule: 'parameter', path: here, isKey: true, subject: name, actual: name, expected: '', known },
      ]
    }
    const inside = described.map((view) => allViews(view, references))
    return inside.some((each) => each.length === 0)
      ? []
      : compare(inner, inside.flat(), comparison, here, depth + 1)
  })
}

/** An object that names no keys, or takes any. */
export function isOpen(view: SchemaView): boolean {
  const hasKeys = view.properties.size > 0 || view.alternatives.length > 0
  return !hasKeys || (view.additional !== undefined && view.additional !== false)
}
