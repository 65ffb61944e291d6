/**
 * One vendor schema, seen: references followed, `allOf` merged, `nullable` and lists of types in one form, for
 * OpenAPI 2, 3.0, 3.1 and Google's discovery alike. One level at a time, so that cycles cost nothing.
 */
import { isMap, listOf, own, type Raw } from './api.ts'
import type { References } from './references.ts'

export interface SchemaView {
  /** Without null; empty when the schema names none. */
  types: string[]
  nullable: boolean
  properties: Map<string, unknown>
  required: string[]
  items?: unknown
  /** What `additionalProperties` says, when it says something. */
  additional?: unknown
  enum?: unknown[]
  /** `anyOf` and `oneOf`, null left out. */
  alternatives: unknown[]
  /** All other keywords; of several in an `allOf` the first. */
  facts: Raw
}

/** What merging one `allOf` may look at, so that nested ones stay harmless. */
const maxMerged = 200

const structural = new Set([
  'type',
  'nullable',
  'properties',
  'required',
  'items',
  'additionalProperties',
  'enum',
  'const',
  'anyOf',
  'oneOf',
  'allOf',
  '$ref',
])

export function viewSchema(schema: unknown, references: References): SchemaView {
  const view: SchemaView = {
    types: [],
    nullable: false,
    properties: new Map(),
    required: [],
    alternatives: [],
    facts: Object.create(null) as Raw,
  }
  const queue: unknown[] = [schema]
  for (let seen = 0; queue.length > 0 && seen < maxMerged; seen++) {
    const next = queue.shift()
    const raw = references.follow(next)
    if (!isMap(raw)) continue
    // A description beside a reference speaks of this place.
    if (isMap(next) && next !== raw) addFacts(view, next)
    addLevel(view, raw, references)
    queue.unshift(...listOf(own(raw, 'allOf')).slice(0, maxMerged))
  }
  if (view.types.length === 0) inferTypes(view)
  return view
}

function addLevel(view: SchemaView, raw: Raw, references: References): void {
  const types = [own(raw, 'type')].flat().filter((type): type is string => typeof type === 'string')
  if (types.includes('null') || own(raw, 'nullable') === true) view.nullable = true
  if (view.types.length === 0) view.types = types.filter((type) => type !== 'null' && type !== 'any')
  const properties = own(raw, 'properties')
  if (isMap(properties)) {
    for (const name of Object.keys(properties))
      if (!view.properties.has(name)) view.properties.set(name, properties[name])
  }
  for (const name of listOf(own(raw, 'required')))
    if (typeof name === 'string' && !view.required.includes(name)) view.required.push(name)
  view.items ??= own(raw, 'items')
  view.additional ??= own(raw, 'additionalProperties')
  const values = own(raw, 'const') === undefined ? own(raw, 'enum') : [own(raw, 'const')]
  if (Array.isArray(values) && values.length > 0) view.enum ??= values
  for (const key of ['anyOf', 'oneOf']) {
    for (const alternative of listOf(own(raw, key)).slice(0, maxMerged)) {
      if (isNull(references.follow(alternative))) view.nullable = true
      else view.alternatives.push(alternative)
    }
  }
  addFacts(view, raw)
}

function addFacts(view: SchemaView, raw: Raw): void {
  for (const key of Object.keys(raw))
    if (!structural.has(key) && !(key in view.facts)) view.facts[key] = raw[key]
}

function isNull(schema: unknown): boolean {
  return own(schema, 'type') === 'null'
}

function inferTypes(view: SchemaView): void {
  if (view.properties.size > 0 || isMap(view.additional)) view.types = ['object']
  else if (view.items !== undefined) view.types = ['array']
  else if (view.enum) view.types = [...new Set(view.enum.filter((value) => value !== null).map(typeOf))]
}

/** The JSON Schema type of a value; whole numbers are integers. */
export function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}
