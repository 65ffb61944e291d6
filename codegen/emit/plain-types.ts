/**
 * TypeScript for plain schemas: scalars, lists, enumerations and objects of these, which is nearly every parameter
 * and answer there is. The text is json-schema-to-typescript's own, to the letter, at a hundredth of its time;
 * schemas with anything else in them are not for this file, and go to that library.
 */
import type { JsonSchema } from '../manifest.ts'

/** Keywords without a trace in a type, beside those that this file reads. */
const silent = new Set([
  '$schema',
  'title',
  'default',
  'examples',
  'format',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'uniqueItems',
])
const read = new Set([
  'type',
  'description',
  'deprecated',
  'enum',
  'items',
  'minItems',
  'maxItems',
  'properties',
  'required',
  'additionalProperties',
])

const scalars: Record<string, string> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
}

/** One exported interface, not indented; undefined when the schema is not plain. */
export function plainInterface(name: string, schema: JsonSchema, description: string): string | undefined {
  // The library spells such names in a way of its own.
  if (!/^[A-Z](?:[A-Za-z]|[0-9](?![a-z]))*$/.test(name)) return undefined
  if (schema['type'] !== 'object' || !isPlain(schema)) return undefined
  const body = typeText(schema)
  return body && `${comment(description.replaceAll('*/', '* /'), false)}export interface ${name} ${body}`
}

function isPlain(schema: JsonSchema): boolean {
  return Object.keys(schema).every((keyword) => read.has(keyword) || silent.has(keyword))
}

function typeText(schema: unknown): string | undefined {
  if (schema === null || typeof schema !== 'object' || !isPlain(schema as JsonSchema)) return undefined
  const { type, enum: values } = schema as JsonSchema
  if (values !== undefined) return enumText(type, values)
  if (Array.isArray(type)) return unionText(schema as JsonSchema, type)
  if (type === 'array') return listText(schema as JsonSchema)
  if (type === 'object') return objectText(schema as JsonSchema)
  return Object.hasOwn(scalars, String(type)) ? scalars[String(type)] : undefined
}

function enumText(type: unknown, values: unknown): string | undefined {
  if (!Array.isArray(values) || values.length === 0) return undefined
  if (type !== undefined && (typeof type !== 'string' || type === 'null' || !Object.hasOwn(scalars, type)))
    return undefined
  if (values.some((value) => typeof value === 'object')) return undefined
  return unite(values.map((value) => JSON.stringify(value)))
}

/** A nullable scalar, object or list; other members would each be read with the keywords of all. */
function unionText(schema: JsonSchema, types: unknown[]): string | undefined {
  if (types.length < 2) return undefined
  const { description: _, ...rest } = schema
  const members = types.map((type) => typeText({ ...rest, type }))
  return members.every((member) => member !== undefined) ? unite(members) : undefined
}

function unite(members: string[]): string {
  const different = [...new Set(members)]
  return different.length === 1 ? different[0]! : `(${different.join(' | ')})`
}

function listText(schema: JsonSchema): string | undefined {
  const items = 'items' in schema ? typeText(schema['items']) : 'unknown'
  if (items === undefined) return undefined
  return items.endsWith('"') ? `(${items})[]` : `${items}[]`
}

function objectText(schema: JsonSchema): string | undefined {
  const { properties = {}, required = [], additionalProperties = true } = schema
  if (typeof additionalProperties !== 'boolean') return undefined
  const lines: string[] = []
  for (const [name, inner] of Object.entries(properties as Record<string, JsonSchema>)) {
    const type = typeText(inner)
    if (type === undefined) return undefined
    const mark = (required as string[]).includes(name) ? '' : '?'
    lines.push(`${comment(commentText(inner), inner['deprecated'] === true)}${keyText(name)}${mark}: ${type}`)
  }
  if (additionalProperties) lines.push('[k: string]: unknown')
  return `{\n${lines.join('\n')}\n}`
}

function keyText(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)
}

/** What a property's comment says: its description, the limits of a list, what is said of the list's items. */
function commentText(schema: JsonSchema): string {
  const { type, items, minItems, maxItems } = schema
  const description = descriptionOf(schema)
  if (items === undefined && type !== 'array' && !(Array.isArray(type) && type.includes('array')))
    return description
  const limits = Object.entries({ minItems, maxItems })
    .filter(([, limit]) => limit !== undefined)
    .map(([keyword, limit]) => `@${keyword} ${String(limit)}`)
  return [description, limits.join('\n'), type === 'array' ? itemsText(items) : '']
    .filter((part) => part !== '')
    .join('\n\n')
}

function itemsText(items: unknown): string {
  if (items === null || typeof items !== 'object' || (items as JsonSchema)['type'] === 'array') return ''
  const description = descriptionOf(items as JsonSchema)
  return description === '' || /(^|\s)@\w/.test(description) ? '' : `Items: ${description}`
}

function descriptionOf({ description }: JsonSchema): string {
  return typeof description === 'string' ? description.replaceAll('*/', '* /') : ''
}

function comment(text: string, deprecated: boolean): string {
  if (text === '' && !deprecated) return ''
  const lines = text === '' ? [] : text.split('\n').map((line) => ` * ${line}`)
  return `${['/**', ...(deprecated ? [' * @deprecated'] : []), ...lines, ' */'].join('\n')}\n`
}
