/**
 * Flag texts → values, by the parameter's schema and never by how a text looks: where a string is allowed, the text
 * is the string. Digits stay the digits that were typed.
 */

import type { JsonSchema } from '#manifest'
import { JsonMistake, JsonNumber, numberPattern, parseJson, type Json } from './json-text.ts'
import { describeTypes, itemsOf, typesOf, type TypeName } from './schema.ts'
import type { Source } from './source.ts'

/** What cannot be converted, in words that begin after the flag's name: "must be an integer, not …". */
export class ValueMistake extends Error {}

/** All occurrences of one flag → its value. A single `a,b` is a list; what is repeated is never split. */
export function convertFlag(sources: Source[], schema: JsonSchema): Json {
  const last = sources[sources.length - 1]!
  const types = typesOf(schema)
  if (!types.has('array') || types.has('string')) {
    if (sources.length > 1) throw new ValueMistake('takes one value and is given more than once')
    return convertText(last, schema)
  }
  if (sources.length > 1) return sources.map((source) => convertText(source, itemsOf(schema)))
  if (last.text.trimStart().startsWith('[')) return convertArray(last)
  const words = last.origin === 'argument' ? last.text.split(',').map((word) => word.trim()) : [last.text]
  if (words.includes('')) throw new ValueMistake('holds an empty item; an empty list is written []')
  return words.map((text) => convertText({ ...last, text }, itemsOf(schema)))
}

function convertText(source: Source, schema: JsonSchema): Json {
  const types = typesOf(schema)
  if (types.has('string')) return source.text
  for (const type of order) {
    if (!types.has(type)) continue
    const value = readers[type](source.text)
    if (value !== undefined) return value
  }
  throw new ValueMistake(`must be ${describeTypes(schema)}, not ${quote(source)}`)
}

function convertArray(source: Source): Json {
  const value = parseDocument(source, 'a JSON array, or be repeated for each item')
  if (!Array.isArray(value)) throw new ValueMistake('must be a JSON array, or be repeated for each item')
  return value
}

/** Fails with a {@link ValueMistake} that says where, not what. */
export function parseDocument({ text }: Source, expected: string): Json {
  try {
    return parseJson(text)
  } catch (error) {
    if (!(error instanceof JsonMistake)) throw error
    throw new ValueMistake(`must be ${expected}: ${error.message} (at character ${error.offset + 1})`)
  }
}

const order = ['null', 'boolean', 'integer', 'number', 'array', 'object'] as const

const readers: Record<Exclude<TypeName, 'string'>, (text: string) => Json | undefined> = {
  null: (text) => (text === 'null' ? null : undefined),
  boolean: (text) => ({ true: true, false: false })[text],
  integer: (text) => (/^-?(?:0|[1-9][0-9]*)$/.test(text) ? new JsonNumber(text) : undefined),
  number: (text) => (isNumber(text) ? new JsonNumber(text) : undefined),
  array: (text) => parseWhen(text, Array.isArray),
  object: (text) => parseWhen(text, (value) => value instanceof Map),
}

function isNumber(text: string): boolean {
  numberPattern.lastIndex = 0
  return numberPattern.exec(text)?.[0] === text
}

function parseWhen(text: string, fits: (value: Json) => boolean): Json | undefined {
  try {
    const value = parseJson(text)
    return fits(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** What was typed may be shown; what came out of a file or a pipe may be private. */
export function quote({ text, origin }: Source): string {
  if (origin !== 'argument') return origin === 'file' ? 'what the file holds' : 'what stdin holds'
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)
}
