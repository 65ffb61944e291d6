/**
 * The flags of one call → its parameters, by the endpoint's schema. Nothing is thrown at the first mistake: every
 * complaint is collected, so that one answer is enough to put the whole call right.
 */

import type { JsonSchema } from '#manifest'
import { segmentFault } from '#request/segment.ts'
import { checkParams, describeUnknown } from './check.ts'
import { readDuration } from './duration.ts'
import type { EndpointTable } from './endpoint-table.ts'
import type { FieldComplaint } from './failure.ts'
import { type Json, type JsonObject } from './json-text.ts'
import { itemsOf, propertiesOf, propertyOf, typesOf } from './schema.ts'
import { SourceMistake, type Source, type Sources } from './source.ts'
import { convertFlag, parseDocument, ValueMistake } from './values.ts'
import { findOwnFlag, ownFlags, readWords, toKebab, type Arity, type Flag } from './words.ts'

export interface CallArguments {
  params: JsonObject
  /** Values of the command's own flags; a switch that is on is "true". */
  own: Map<string, string>
  complaints: FieldComplaint[]
}

/** A flag that the schema knows: the parameter, or the key inside an object parameter, that it sets. */
interface Place {
  keys: string[]
  schema: JsonSchema
  negated: boolean
}

export function readArguments(argv: string[], table: EndpointTable, sources: Sources): CallArguments {
  sources.restart()
  const reading = new Reading(table, sources)
  const words = readWords(argv, (name) => reading.arityOf(name))
  words.flags.forEach((flag) => reading.takeFlag(flag))
  const strays = [...words.names]
  for (const name of [table.integration, table.name]) {
    const at = strays.indexOf(name)
    if (at >= 0) strays.splice(at, 1)
  }
  for (const name of strays) {
    reading.complain(
      '',
      `${JSON.stringify(name.slice(0, 80))} is one word too many; quote a value that has spaces`,
    )
  }
  return reading.finish()
}

class Reading {
  readonly input: JsonSchema
  readonly complaints: FieldComplaint[] = []
  readonly own = new Map<string, string>()
  readonly given = new Map<string, { place: Place; sources: Source[] }>()
  /** Parameters with a complaint; nothing more is said about them. */
  readonly spoilt = new Set<string>()
  readonly table: EndpointTable
  readonly sources: Sources

  constructor(table: EndpointTable, sources: Sources) {
    this.table = table
    this.input = table.input
    this.sources = sources
  }

  complain(path: string, message: string) {
    this.complaints.push({ path, message })
  }

  arityOf(name: string): Arity {
    const own = findOwnFlag(name)
    if (own) return own.arity
    const place = this.find(name)
    return place && typesOf(place.schema).has('boolean') && !typesOf(place.schema).has('string')
      ? 'switch'
      : 'value'
  }

  /** `--title`, `--per-page`, `--filter.state`, `--no-draft`. */
  find(name: string): Place | undefined {
    const keys = splitKeys(this.input, name)
    if (keys) return { ...keys, negated: false }
    const positive = /^no[-_](.+)$/.exec(name)?.[1]
    const place = positive === undefined ? undefined : splitKeys(this.input, positive)
    return place && typesOf(place.schema).has('boolean') ? { ...place, negated: true } : undefined
  }

  takeFlag(flag: Flag) {
    const own = toKebab(flag.name)
    if (findOwnFlag(own)) return this.takeOwn(own, flag)
    const place = this.find(flag.name)
    if (!place) {
      const known = [...propertiesOf(this.input).keys(), ...Object.keys(ownFlags)]
      return this.complain(flag.name.slice(0, 80), describeUnknown(flag.name, known))
    }
    const path = place.keys.join('.')
    if (flag.missing)
      return this.spoil(path, `needs a value; one that begins with dashes is written --${flag.name}=…`)
    try {
      const source = this.readValue(flag, place)
      const before = this.given.get(path)
      if (before) before.sources.push(source)
      else this.given.set(path, { place, sources: [source] })
    } catch (error) {
      if (!(error instanceof SourceMistake)) throw error
      this.spoil(path, error.message)
    }
  }

  readValue(flag: Flag, { negated }: Place): Source {
    if (negated) return { text: flag.value === 'false' ? 'true' : 'false', origin: 'argument' }
    if (flag.value === undefined) return { text: 'true', origin: 'argument' }
    return this.sources.read(flag.value, `--${flag.name}`)
  }

  takeOwn(name: string, flag: Flag) {
    const { arity } = findOwnFlag(name)!
    if (flag.missing) return this.complain(name, 'needs a value')
    if (this.own.has(name) && arity === 'value') return this.complain(name, 'is given more than once')
    if (arity === 'switch' && flag.value !== undefined && !/^(?:true|false)$/.test(flag.value)) {
      return this.complain(name, 'is a switch and takes no value')
    }
    if (name !== 'json' && /[\u0000-\u001f\u007f-\u009f]/.test(flag.value ?? ''))
      return this.complain(name, 'must not hold control characters')
    if (name === 'timeout' && readDuration(flag.value ?? '') === undefined) {
      return this.complain(name, 'must be a time such as 500ms, 30s or 2m')
    }
    if (flag.value !== 'false' || arity === 'value') this.own.set(name, flag.value ?? 'true')
  }

  spoil(path: string, message: string) {
    this.spoilt.add(path.split('.')[0]!)
    this.complain(path, message)
  }

  finish(): CallArguments {
    const document = this.readDocument()
    // The whole object first, then its keys.
    const given = [...this.given].sort(([, a], [, b]) => a.place.keys.length - b.place.keys.length)
    for (const [path, { place, sources }] of given) {
      try {
        setIn(document, place.keys, convertFlag(sources, place.schema))
      } catch (error) {
        if (!(error instanceof ValueMistake)) throw error
        this.spoil(path, error.message)
      }
    }
    const params = inSchemaOrder(document, this.input) as JsonObject
    this.complaints.push(...checkParams(params, this.input, this.spoilt))
    this.checkPath(params)
    return { params, own: this.own, complaints: this.complaints }
  }

  readDocument(): JsonObject {
    const word = this.own.get('json')
    if (word === undefined) return new Map()
    try {
      const document = parseDocument(this.sources.read(word, '--json'), 'a JSON object')
      if (document instanceof Map) return document
      this.complain('json', 'must be a JSON object')
    } catch (error) {
      if (!(error instanceof SourceMistake || error instanceof ValueMistake)) throw error
      this.complain('json', error.message)
    }
    // Whatever is required may well stand in the document that could not be read.
    for (const key of propertiesOf(this.input).keys()) this.spoilt.add(key)
    return new Map()
  }

  /** What goes into the path is a name; an agent that puts a whole URL, a query or `..` there is mistaken. */
  checkPath(params: JsonObject) {
    for (const [, name, several] of this.table.path.matchAll(/\{(\w+)(\*?)\}/g)) {
      const value = params.get(name!)
      if (typeof value !== 'string' || this.spoilt.has(name!)) continue
      const wrong = value
        .split('/')
        .map(segmentFault)
        .find((message) => message !== null)
      if (wrong) this.complain(name!, wrong)
      else if (!several && /[?#\n\r\t]|%(?:2e|2f)/i.test(value))
        this.complain(name!, 'must not hold "?", "#", "%2e" or line breaks')
    }
  }
}

/** Finds a dotted flag's parameter and key. A parameter whose own name has the dot comes first. */
function splitKeys(schema: JsonSchema, name: string): { keys: string[]; schema: JsonSchema } | undefined {
  const known = [...propertiesOf(schema).keys()]
  const own = known.includes(name) ? name : known.filter((key) => toKebab(key) === toKebab(name))
  if (typeof own === 'string') return { keys: [own], schema: propertyOf(schema, own)! }
  if (own.length === 1) return { keys: [own[0]!], schema: propertyOf(schema, own[0]!)! }
  const dot = name.indexOf('.')
  if (dot < 1 || own.length > 1) return undefined
  const head = splitKeys(schema, name.slice(0, dot))
  if (!head || !typesOf(head.schema).has('object')) return undefined
  const rest = name.slice(dot + 1)
  const inner = splitKeys(head.schema, rest) ?? freeKey(head.schema, rest)
  return inner && { keys: [...head.keys, ...inner.keys], schema: inner.schema }
}

function freeKey(schema: JsonSchema, key: string): { keys: string[]; schema: JsonSchema } | undefined {
  const own = key === '' ? undefined : propertyOf(schema, key)
  return own && { keys: [key], schema: own }
}

function setIn(document: JsonObject, keys: string[], value: Json) {
  let at = document
  for (const key of keys.slice(0, -1)) {
    const inner = at.get(key)
    const next: JsonObject = inner instanceof Map ? inner : new Map()
    at.set(key, next)
    at = next
  }
  at.set(keys[keys.length - 1]!, value)
}

/** The schema's order of keys, then the document's: flags and JSON make the same bytes. */
function inSchemaOrder(value: Json, schema: JsonSchema): Json {
  if (Array.isArray(value)) return value.map((item) => inSchemaOrder(item, itemsOf(schema)))
  if (!(value instanceof Map)) return value
  const ordered: JsonObject = new Map()
  for (const key of propertiesOf(schema).keys()) {
    const entry = value.get(key)
    if (entry !== undefined) ordered.set(key, inSchemaOrder(entry, propertyOf(schema, key)!))
  }
  for (const [key, entry] of value) {
    if (!ordered.has(key)) ordered.set(key, inSchemaOrder(entry, propertyOf(schema, key) ?? {}))
  }
  return ordered
}
