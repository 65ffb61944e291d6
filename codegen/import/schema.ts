/**
 * Vendor schemas → the keywords that a skill may use, as far as they carry. What cannot be said is left out, so
 * that the gateway lets through what the service may take; a budget and a depth bound what one schema may grow to.
 */
import { RE2JS } from 're2js'
import type { JsonSchema } from '../manifest.ts'
import { formats } from '../parameter.ts'
import { isMap, type Raw } from './api.ts'
import { reserved } from './names.ts'
import { cleanText } from './plain-text.ts'
import type { References } from './references.ts'
import { typeOf, viewSchema, type SchemaView } from './schema-view.ts'

export interface Conversion {
  references: References
  /** How many more schemas may be written; used up as they are. */
  budget: { nodes: number }
  /** Characters of a description; 0 for none. */
  describe: number
  /** What is only ever answered is no part of a request. */
  request: boolean
  /** The schemas around the one being written: one that contains itself is named once. */
  around?: readonly unknown[]
}

const maxAlternatives = 6
const maxProperties = 100
const maxEnum = 120
const anything = ['string', 'number', 'boolean', 'object', 'array']
const knownTypes = ['string', 'integer', 'number', 'boolean', 'array', 'object']

/** Formats that mean the same under another name. */
const formatNames: Record<string, string> = {
  binary: 'file',
  int64: 'int64-string',
  uint64: 'int64-string',
  'google-datetime': 'date-time',
}

/** Keyword → the types of schema that it stands on. */
const bounds: Record<string, string[]> = {
  minLength: ['string'],
  maxLength: ['string'],
  minimum: ['integer', 'number'],
  maximum: ['integer', 'number'],
  exclusiveMinimum: ['integer', 'number'],
  exclusiveMaximum: ['integer', 'number'],
  multipleOf: ['integer', 'number'],
  minItems: ['array'],
  maxItems: ['array'],
}

/** `depth`: levels of properties and items that are still written out. */
export function convertSchema(raw: unknown, conversion: Conversion, depth: number): JsonSchema {
  return enter(raw, conversion, depth, viewSchema(raw, conversion.references))
}

function enter(raw: unknown, conversion: Conversion, depth: number, view: SchemaView): JsonSchema {
  const { around = [], references } = conversion
  const target = references.follow(raw)
  return convertView(
    view,
    { ...conversion, around: [...around, target] },
    around.includes(target) ? 0 : depth,
  )
}

export function convertView(view: SchemaView, conversion: Conversion, depth: number): JsonSchema {
  conversion.budget.nodes--
  const schema =
    view.types.length > 0 ? convertTyped(view, conversion, depth) : convertUntyped(view, conversion, depth)
  const description = cleanText(view.facts['description'] ?? view.facts['title'], conversion.describe)
  if (description !== '') schema['description'] = description
  if (view.facts['deprecated'] === true) schema['deprecated'] = true
  return inOrder(schema)
}

const keyOrder = [
  'type',
  'required',
  'enum',
  'format',
  'pattern',
  ...Object.keys(bounds),
  'default',
  'description',
  'examples',
  'deprecated',
  'style',
]

/** What a reader looks for first comes first; nested schemas last. */
function inOrder(schema: JsonSchema): JsonSchema {
  const rank = (key: string): number => (keyOrder.includes(key) ? keyOrder.indexOf(key) : keyOrder.length)
  return Object.fromEntries(Object.entries(schema).sort(([a], [b]) => rank(a) - rank(b)))
}

export function markRequired(schema: JsonSchema): JsonSchema {
  return inOrder({ ...schema, required: true })
}

function convertUntyped(view: SchemaView, conversion: Conversion, depth: number): JsonSchema {
  const chosen: JsonSchema[] = []
  if (depth > 0 && conversion.budget.nodes > 0) {
    const quiet = { ...conversion, describe: 0 }
    for (const alternative of view.alternatives.slice(0, maxAlternatives)) {
      const schema = convertSchema(alternative, quiet, depth - 1)
      if (!chosen.some((other) => JSON.stringify(other) === JSON.stringify(schema))) chosen.push(schema)
    }
  }
  if (chosen.length === 0 || view.alternatives.length > maxAlternatives)
    return { type: typesOf(view, conversion.references) }
  const [first] = chosen
  if (view.nullable && first) makeNullable(first)
  if (chosen.length === 1) return first!
  const bare = chosen.every(
    (schema) => Object.keys(schema).join() === 'type' && typeof schema['type'] === 'string',
  )
  return bare ? { type: chosen.map((schema) => schema['type']) } : { anyOf: chosen }
}

/** Of alternatives that are not written out, the types. */
function typesOf(view: SchemaView, references: References): string | string[] {
  const views = view.alternatives.slice(0, maxProperties).map((each) => viewSchema(each, references))
  const types = [...new Set(views.flatMap(({ types: each }) => each))].filter((type) =>
    knownTypes.includes(type),
  )
  const isKnown = types.length > 0 && views.every(({ types: each }) => each.length > 0)
  const all = [...(isKnown ? types : anything), ...(view.nullable ? ['null'] : [])]
  return all.length === 1 ? all[0]! : all
}

function makeNullable(schema: JsonSchema): void {
  const types = [schema['type'] ?? []].flat() as string[]
  if (types.length > 0 && !types.includes('null')) schema['type'] = [...types, 'null']
  const values = schema['enum'] as unknown[] | undefined
  if (values && !values.includes(null)) schema['enum'] = [...values, null]
}

function convertTyped(view: SchemaView, conversion: Conversion, depth: number): JsonSchema {
  const { facts } = view
  const named = view.types
    .map((type) => (type === 'file' ? 'string' : type))
    .filter((type) => knownTypes.includes(type))
  const types = [...new Set(named)]
  if (types.length === 0) return { type: view.nullable ? [...anything, 'null'] : anything }
  const all = view.nullable ? [...types, 'null'] : types
  const schema: JsonSchema = { type: all.length === 1 ? all[0] : all }
  if (view.types.includes('file')) schema['format'] = 'file'
  if (types.includes('string')) addTextFacts(schema, facts)
  for (const [key, on] of Object.entries(bounds)) {
    const bound = boundOf(facts, key)
    if (bound !== undefined && types.some((type) => on.includes(type))) schema[key] = bound
  }
  addEnum(schema, view, types)
  if (types.includes('array')) addItems(schema, view, conversion, depth)
  if (types.includes('object')) addProperties(schema, view, conversion, depth)
  addSamples(schema, facts, all)
  return schema
}

function addTextFacts(schema: JsonSchema, facts: Raw): void {
  const { format, pattern } = facts
  const name = typeof format === 'string' && Object.hasOwn(formatNames, format) ? formatNames[format] : format
  if (typeof name === 'string' && formats.includes(name)) schema['format'] = name
  if (typeof pattern === 'string' && isUsablePattern(pattern)) schema['pattern'] = pattern
}

function isUsablePattern(pattern: string): boolean {
  if (pattern === '' || pattern.length > 200 || !isPlain(pattern)) return false
  try {
    RE2JS.compile(pattern)
    return true
  } catch {
    return false
  }
}

/** Nothing in it that a reviewer would not see. */
function isPlain(text: string): boolean {
  return /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0559]*$/.test(text)
}

/** Google writes bounds as text; OpenAPI 3.0 has exclusive ones as flags beside the bound. */
function boundOf(facts: Raw, key: string): number | undefined {
  const flag = { minimum: 'exclusiveMinimum', maximum: 'exclusiveMaximum' }[key]
  const base = { exclusiveMinimum: 'minimum', exclusiveMaximum: 'maximum' }[key]
  if (flag !== undefined && facts[flag] === true) return undefined
  const value = base !== undefined && facts[key] === true ? facts[base] : facts[key]
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isFinite(number) || Math.abs(number) > Number.MAX_SAFE_INTEGER)
    return undefined
  const isCount = /Length$|Items$/.test(key)
  if (isCount && (!Number.isInteger(number) || number < 0)) return undefined
  if (key === 'multipleOf' && number <= 0) return undefined
  return number === 0 ? 0 : number
}

function addEnum(schema: JsonSchema, view: SchemaView, types: string[]): void {
  if (!view.enum) return
  const fits = (value: unknown): boolean => {
    const type = typeOf(value)
    return types.includes(type) || (type === 'integer' && types.includes('number'))
  }
  const values = [...new Set(view.enum)].filter((value) => value !== null && fits(value))
  const usable = values.every(
    (value) =>
      typeof value !== 'object' && (typeof value !== 'string' || (value.length <= 200 && isPlain(value))),
  )
  if (values.length === 0 || values.length > maxEnum || !usable) return
  schema['enum'] = view.nullable ? [...values, null] : values
}

function addItems(schema: JsonSchema, view: SchemaView, conversion: Conversion, depth: number): void {
  if (view.items === undefined || depth <= 0 || conversion.budget.nodes <= 0) return
  const items = convertSchema(
    view.items,
    { ...conversion, describe: Math.min(conversion.describe, 80) },
    depth - 1,
  )
  schema['items'] = items
}

function addProperties(schema: JsonSchema, view: SchemaView, conversion: Conversion, depth: number): void {
  if (depth <= 0) return
  const properties: Record<string, JsonSchema> = {}
  const inner = { ...conversion, describe: Math.min(conversion.describe, 80) }
  let count = 0
  for (const [name, raw] of view.properties) {
    if (conversion.budget.nodes <= 0 || count >= maxProperties) break
    if (!isUsableKey(name)) continue
    const property = viewSchema(raw, conversion.references)
    if (conversion.request && property.facts['readOnly'] === true) continue
    const converted = enter(raw, inner, depth - 1, property)
    properties[name] =
      view.required.includes(name) && conversion.request ? markRequired(converted) : converted
    count++
  }
  if (count > 0) schema['properties'] = properties
  else if (isMap(view.additional) && conversion.budget.nodes > 0) {
    schema['additionalProperties'] = convertSchema(view.additional, inner, depth - 1)
  }
}

export function isUsableKey(name: string): boolean {
  return name !== '' && name.length <= 100 && !reserved.has(name) && isPlain(name)
}

/** A default or an example that its own schema refuses would be worse than none. */
function addSamples(schema: JsonSchema, facts: Raw, types: string[]): void {
  const fits = (value: unknown): boolean => {
    const type = typeOf(value)
    if (!['string', 'integer', 'number', 'boolean'].includes(type)) return false
    if (!types.includes(type) && !(type === 'integer' && types.includes('number'))) return false
    if (schema['format'] !== undefined || schema['pattern'] !== undefined) return false
    if (Array.isArray(schema['enum'])) return schema['enum'].includes(value)
    if (typeof value === 'string')
      return value.length > 0 && value.length <= 80 && isPlain(value) && withinLength(schema, value)
    return typeof value === 'boolean' || withinBounds(schema, Number(value))
  }
  if (fits(facts['default'])) schema['default'] = facts['default']
  const example = facts['example'] ?? (Array.isArray(facts['examples']) ? facts['examples'][0] : undefined)
  if (fits(example)) schema['examples'] = [example]
}

function withinLength(schema: JsonSchema, value: string): boolean {
  const { minLength = 0, maxLength = Infinity } = schema as { minLength?: number; maxLength?: number }
  return value.length >= minLength && value.length <= maxLength
}

function withinBounds(schema: JsonSchema, value: number): boolean {
  return (
    Number.isFinite(value) &&
    value >= Number(schema['minimum'] ?? -Infinity) &&
    value <= Number(schema['maximum'] ?? Infinity) &&
    value > Number(schema['exclusiveMinimum'] ?? -Infinity) &&
    value < Number(schema['exclusiveMaximum'] ?? Infinity) &&
    (schema['multipleOf'] === undefined || Number.isInteger(value / Number(schema['multipleOf'])))
  )
}

/** The answer, one level deep: what an agent needs to pick fields. */
export function outlineAnswer(raw: unknown, references: References): JsonSchema | undefined {
  const view = viewSchema(raw, references)
  const conversion: Conversion = { references, budget: { nodes: 80 }, describe: 0, request: false }
  if (view.types.length === 0 && view.alternatives.length === 0) return undefined
  if (view.types[0] === 'array') {
    const items = viewSchema(view.items, references)
    return { type: 'array', items: outlineLevel(items, conversion) }
  }
  return outlineLevel(view, conversion)
}

function outlineLevel(view: SchemaView, conversion: Conversion): JsonSchema {
  const properties: Record<string, JsonSchema> = {}
  for (const [name, raw] of view.properties) {
    if (conversion.budget.nodes-- <= 0) break
    if (!isUsableKey(name)) continue
    const { type } = convertSchema(raw, conversion, 0)
    properties[name] = Array.isArray(type) && type.length > 3 ? {} : { type }
  }
  const [type = 'object'] = view.types
  if (type !== 'object') return { type: knownTypes.includes(type) ? type : 'string' }
  return {
    type: view.nullable ? ['object', 'null'] : 'object',
    ...(Object.keys(properties).length > 0 && { properties }),
  }
}
