/**
 * Data held against a JSON Schema, keyword by keyword, without making code of the schema first: a front matter is
 * small and its schema large, so that compiling the schema would take longer than checking hundreds of files.
 * Every deviation is told, as Ajv's `allErrors` and `verbose` would, and tests hold the two against each other.
 */
import type { ShapeSchema } from './schema/values.ts'

export interface Deviation {
  keyword: string
  path: (string | number)[]
  /** The key, where the name of a property is at fault and not its value. */
  propertyName?: string
  /** Ajv's: `additionalProperty`, `missingProperty`, `type`, `allowedValues`, `pattern`, `limit`. */
  params: Record<string, unknown>
  /** The schema in which the keyword stands. */
  schema: ShapeSchema
  data: unknown
}

interface Site {
  schema: ShapeSchema
  data: unknown
  path: (string | number)[]
  propertyName: string | undefined
  found: Deviation[]
}

/** Keywords of our own, for texts: the value's mistake, undefined when there is none. */
export type TextChecks = Record<string, (text: string) => string | undefined>

type Check = (site: Site, operand: never, checks: TextChecks) => void

/** All deviations of the data; none when it conforms. */
export function deviations(schema: ShapeSchema, data: unknown, checks: TextChecks = {}): Deviation[] {
  const found: Deviation[] = []
  walk({ schema, data, path: [], propertyName: undefined, found }, checks)
  return found
}

/**
 * Whether every keyword of an author's schema is checked here, or means nothing. Patterns are not: here they run on
 * the language's own engine, which an author's may keep busy for ever.
 */
export function canCheck(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return schema !== false
  return Object.entries(schema).every(([keyword, operand]) => {
    if (neutral.has(keyword)) return true
    if (keyword === 'pattern' || !Object.hasOwn(keywords, keyword)) return false
    if (keyword === 'properties') return Object.values(operand as object).every(canCheck)
    if (keyword === 'allOf' || keyword === 'anyOf' || keyword === 'oneOf')
      return (operand as unknown[]).every(canCheck)
    if (keyword === 'additionalProperties') return operand === false || canCheck(operand)
    return !applicators.has(keyword) || canCheck(operand)
  })
}

const neutral = new Set([
  '$schema',
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'then',
  'else',
])
const applicators = new Set(['items', 'propertyNames', 'if', 'then', 'else'])

function walk(site: Site, checks: TextChecks): void {
  for (const keyword in site.schema) {
    const check = keywords[keyword]
    if (check) check(site, site.schema[keyword] as never, checks)
    else if (Object.hasOwn(checks, keyword)) checkText(site, keyword, checks[keyword]!)
  }
}

function inside(site: Site, schema: ShapeSchema, data: unknown, step: string | number): Site {
  return { ...site, schema, data, path: [...site.path, step] }
}

function deviate(site: Site, keyword: string, params: Record<string, unknown> = {}): void {
  const { found, propertyName, ...rest } = site
  found.push({ keyword, params, ...rest, ...(propertyName !== undefined && { propertyName }) })
}

function conforms(site: Site, schema: ShapeSchema, checks: TextChecks): boolean {
  const found: Deviation[] = []
  walk({ ...site, schema, found }, checks)
  return found.length === 0
}

function checkText(site: Site, keyword: string, check: (text: string) => string | undefined): void {
  if (typeof site.data === 'string' && check(site.data) !== undefined) deviate(site, keyword)
}

const keywords: Record<string, Check> = {
  type(site, operand: string | string[]) {
    const types = typeof operand === 'string' ? [operand] : operand
    if (!types.some((type) => isOfType(site.data, type))) deviate(site, 'type', { type: operand })
  },
  enum(site, allowedValues: unknown[]) {
    if (!allowedValues.some((value) => same(value, site.data))) deviate(site, 'enum', { allowedValues })
  },
  const(site, allowedValue: unknown) {
    if (!same(allowedValue, site.data)) deviate(site, 'const', { allowedValue })
  },
  pattern(site, pattern: string) {
    if (typeof site.data === 'string' && !regexp(pattern).test(site.data))
      deviate(site, 'pattern', { pattern })
  },
  minLength: limit('minLength', lengthOf, (size, least) => size >= least),
  maxLength: limit('maxLength', lengthOf, (size, most) => size <= most),
  minimum: limit('minimum', numberOf, (value, least) => value >= least),
  maximum: limit('maximum', numberOf, (value, most) => value <= most),
  exclusiveMinimum: limit('exclusiveMinimum', numberOf, (value, bound) => value > bound),
  exclusiveMaximum: limit('exclusiveMaximum', numberOf, (value, bound) => value < bound),
  minItems: limit('minItems', countItems, (count, least) => count >= least),
  maxItems: limit('maxItems', countItems, (count, most) => count <= most),
  minProperties: limit('minProperties', countKeys, (count, least) => count >= least),
  maxProperties: limit('maxProperties', countKeys, (count, most) => count <= most),
  uniqueItems(site, unique: boolean) {
    const { data } = site
    if (!unique || !Array.isArray(data)) return
    if (data.some((item, index) => data.slice(0, index).some((other) => same(item, other))))
      deviate(site, 'uniqueItems')
  },
  items(site, schema: ShapeSchema, checks) {
    if (!Array.isArray(site.data)) return
    for (const [index, item] of site.data.entries()) walk(inside(site, schema, item, index), checks)
  },
  required(site, names: string[]) {
    if (!isObject(site.data)) return
    for (const missingProperty of names)
      if (!has(site.data, missingProperty)) deviate(site, 'required', { missingProperty })
  },
  dependentRequired(site, dependents: Record<string, string[]>) {
    for (const [property, names] of Object.entries(dependents)) {
      if (!isObject(site.data) || !has(site.data, property)) continue
      for (const missingProperty of names)
        if (!has(site.data, missingProperty)) deviate(site, 'dependentRequired', { missingProperty })
    }
  },
  properties(site, schemas: Record<string, ShapeSchema>, checks) {
    if (!isObject(site.data)) return
    for (const name in site.data)
      if (Object.hasOwn(schemas, name) && has(site.data, name))
        walk(inside(site, schemas[name]!, site.data[name], name), checks)
  },
  additionalProperties(site, schema: ShapeSchema | boolean, checks) {
    if (schema === true || !isObject(site.data)) return
    const declared = (site.schema['properties'] as object | undefined) ?? {}
    for (const additionalProperty of Object.keys(site.data)) {
      if (Object.hasOwn(declared, additionalProperty)) continue
      if (schema === false) deviate(site, 'additionalProperties', { additionalProperty })
      else walk(inside(site, schema, site.data[additionalProperty], additionalProperty), checks)
    }
  },
  propertyNames(site, schema: ShapeSchema, checks) {
    if (!isObject(site.data)) return
    for (const propertyName of Object.keys(site.data))
      walk({ ...site, schema, data: propertyName, propertyName }, checks)
  },
  allOf(site, schemas: ShapeSchema[], checks) {
    for (const schema of schemas) walk({ ...site, schema }, checks)
  },
  anyOf(site, schemas: ShapeSchema[], checks) {
    if (schemas.some((schema) => conforms(site, schema, checks))) return
    for (const schema of schemas) walk({ ...site, schema }, checks)
    deviate(site, 'anyOf')
  },
  oneOf(site, schemas: ShapeSchema[], checks) {
    const fitting = schemas.filter((schema) => conforms(site, schema, checks)).length
    if (fitting === 1) return
    if (fitting === 0) for (const schema of schemas) walk({ ...site, schema }, checks)
    deviate(site, 'oneOf')
  },
  if(site, condition: ShapeSchema, checks) {
    const branch = site.schema[conforms(site, condition, checks) ? 'then' : 'else']
    if (branch !== undefined) walk({ ...site, schema: branch as ShapeSchema }, checks)
  },
}

/** A keyword that bounds a measure, where the data has that measure. */
function limit(
  keyword: string,
  measure: (data: unknown) => number | undefined,
  fits: (size: number, bound: number) => boolean,
): Check {
  return (site, bound: number) => {
    const size = measure(site.data)
    if (size !== undefined && !fits(size, bound)) deviate(site, keyword, { limit: bound })
  }
}

/** In characters, as JSON Schema counts them. */
function lengthOf(data: unknown): number | undefined {
  if (typeof data !== 'string') return undefined
  return /[\uD800-\uDFFF]/.test(data) ? [...data].length : data.length
}

function numberOf(data: unknown): number | undefined {
  return typeof data === 'number' && Number.isFinite(data) ? data : undefined
}

function countItems(data: unknown): number | undefined {
  return Array.isArray(data) ? data.length : undefined
}

function countKeys(data: unknown): number | undefined {
  return isObject(data) ? Object.keys(data).length : undefined
}

const typeTests: Record<string, (data: unknown) => boolean> = {
  string: (data) => typeof data === 'string',
  boolean: (data) => typeof data === 'boolean',
  number: (data) => numberOf(data) !== undefined,
  integer: (data) => Number.isInteger(data),
  null: (data) => data === null,
  array: Array.isArray,
  object: isObject,
}

function isOfType(data: unknown, type: string): boolean {
  return typeTests[type]?.(data) === true
}

function isObject(data: unknown): data is Record<string, unknown> {
  return typeof data === 'object' && data !== null && !Array.isArray(data)
}

/** What is undefined is as if it were not there. */
function has(data: Record<string, unknown>, name: string): boolean {
  return Object.hasOwn(data, name) && data[name] !== undefined
}

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => same(item, b[index]))
  if (!isObject(a) || !isObject(b)) return false
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name]))
  )
}

const regexps = new Map<string, RegExp>()

function regexp(pattern: string): RegExp {
  let compiled = regexps.get(pattern)
  if (!compiled) regexps.set(pattern, (compiled = new RegExp(pattern, 'u')))
  return compiled
}
