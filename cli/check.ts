/**
 * The parameters against their schema, before anything is sent: all complaints at once. It knows types, enums,
 * required and unknown keys and plain limits; what else a schema says (patterns, formats, conditions) the gateway
 * checks in the same way and answers with complaints of the same shape.
 */

import type { JsonSchema } from '#manifest'
import type { FieldComplaint } from './failure.ts'
import { JsonNumber, type Json, type JsonObject } from './json-text.ts'
import {
  describeTypes,
  itemsOf,
  propertiesOf,
  propertyOf,
  requiredOf,
  typesOf,
  type TypeName,
} from './schema.ts'
import { nearest } from './suggest.ts'

type Complain = (path: string, message: string) => void

/** `skip` names parameters that have a complaint already and would only get a second one. */
export function checkParams(params: JsonObject, input: JsonSchema, skip: Set<string>): FieldComplaint[] {
  const complaints: FieldComplaint[] = []
  const complain: Complain = (path, message) => {
    if (!skip.has(path.split(/[.[]/, 1)[0]!)) complaints.push({ path, message })
  }
  checkObject(params, input, '', complain)
  return complaints
}

function checkValue(value: Json, schema: JsonSchema, path: string, complain: Complain) {
  const type = nameType(value)
  const types = typesOf(schema)
  if (!types.has(type) && !(type === 'integer' && types.has('number'))) {
    return complain(
      path,
      `must be ${describeTypes(schema)}, not ${type === 'null' ? 'null' : `a value of type ${type}`}`,
    )
  }
  const allowed = 'const' in schema ? [schema['const']] : schema['enum']
  if (Array.isArray(allowed) && !allowed.some((one) => equals(value, one))) {
    return complain(path, describeAllowed(value, allowed))
  }
  if (value instanceof Map) checkObject(value, schema, path, complain)
  else if (Array.isArray(value)) checkArray(value, schema, path, complain)
  else if (value instanceof JsonNumber) checkLimits(Number(value.text), schema, numberLimits, path, complain)
  else if (typeof value === 'string') checkString(value, schema, path, complain)
}

function checkObject(value: JsonObject, schema: JsonSchema, path: string, complain: Complain) {
  const inside = (key: string) => (path === '' ? key : `${path}.${key}`)
  for (const [key, entry] of value) {
    const own = propertyOf(schema, key)
    if (own === undefined) complain(inside(key), describeUnknown(key, [...propertiesOf(schema).keys()]))
    else {
      if (hasControl(key)) complain(inside(key), 'has a control character in its name')
      checkValue(entry, own, inside(key), complain)
    }
  }
  for (const key of requiredOf(schema)) {
    if (!value.has(key)) complain(inside(key), 'is required')
  }
}

function checkArray(value: Json[], schema: JsonSchema, path: string, complain: Complain) {
  checkLimits(value.length, schema, arrayLimits, path, complain)
  value.forEach((item, i) => checkValue(item, itemsOf(schema), `${path}[${i}]`, complain))
}

function checkString(value: string, schema: JsonSchema, path: string, complain: Complain) {
  if (hasControl(value)) complain(path, 'must not hold control characters')
  else if (!isWellFormed(value)) complain(path, 'must be valid Unicode')
  checkLimits([...value].length, schema, stringLimits, path, complain)
}

type Limit = [
  keyword: string,
  fails: (value: number, limit: number) => boolean,
  words: (limit: number) => string,
]

const numberLimits: Limit[] = [
  ['minimum', (value, limit) => value < limit, (limit) => `must be at least ${limit}`],
  ['maximum', (value, limit) => value > limit, (limit) => `must be at most ${limit}`],
  ['exclusiveMinimum', (value, limit) => value <= limit, (limit) => `must be more than ${limit}`],
  ['exclusiveMaximum', (value, limit) => value >= limit, (limit) => `must be less than ${limit}`],
]
const stringLimits: Limit[] = [
  ['minLength', (value, limit) => value < limit, (limit) => `must have at least ${limit} characters`],
  ['maxLength', (value, limit) => value > limit, (limit) => `must have at most ${limit} characters`],
]
const arrayLimits: Limit[] = [
  ['minItems', (value, limit) => value < limit, (limit) => `must have at least ${limit} items`],
  ['maxItems', (value, limit) => value > limit, (limit) => `must have at most ${limit} items`],
]

function checkLimits(value: number, schema: JsonSchema, limits: Limit[], path: string, complain: Complain) {
  for (const [keyword, fails, words] of limits) {
    const limit = schema[keyword]
    if (typeof limit === 'number' && fails(value, limit)) complain(path, words(limit))
  }
}

export function describeUnknown(name: string, known: string[]): string {
  const near = nearest(name, known)
  const meant = near === undefined ? '' : `; did you mean ${near}?`
  return `is not known${meant}${near === undefined ? ';' : ''} There is: ${known.join(', ') || 'nothing to set'}`
}

function describeAllowed(value: Json, allowed: unknown[]): string {
  const texts = allowed.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
  const near = typeof value === 'string' ? nearest(value, texts) : undefined
  return `must be one of ${texts.join(', ')}${near === undefined ? '' : `; did you mean ${near}?`}`
}

function nameType(value: Json): TypeName {
  if (value === null) return 'null'
  if (value instanceof Map) return 'object'
  if (Array.isArray(value)) return 'array'
  // JSON Schema counts 5.0 and 1e3 as integers.
  if (value instanceof JsonNumber)
    return /[.eE]/.test(value.text) && !Number.isInteger(Number(value.text)) ? 'number' : 'integer'
  return typeof value === 'string' ? 'string' : 'boolean'
}

function equals(value: Json, other: unknown): boolean {
  if (value instanceof JsonNumber) return Number(value.text) === other
  if (Array.isArray(value)) {
    return (
      Array.isArray(other) &&
      value.length === other.length &&
      value.every((item, i) => equals(item, other[i]))
    )
  }
  if (value instanceof Map) {
    if (typeof other !== 'object' || other === null || Object.keys(other).length !== value.size) return false
    return [...value].every(
      ([key, entry]) => Object.hasOwn(other, key) && equals(entry, (other as JsonSchema)[key]),
    )
  }
  return value === other
}

/** Without lone surrogates, which UTF-8 cannot carry. */
function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed: () => boolean }).isWellFormed()
}

/** Tab, line feed and carriage return are text; the rest of C0, DEL and C1 are not. */
export function hasControl(text: string): boolean {
  return /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/.test(text)
}
