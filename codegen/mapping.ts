/**
 * The notation of `param_mapping`, one entry at a time:
 *
 *   mapping = [ pattern ARROW ] target *( "," target )     ARROW = "→" | "->"
 *   pattern = name *( separator name )                     owner/repo
 *   target  = place *( "|" filter )
 *   place   = {name} {name*} ?key header:Name body body.path form.key part.name raw var.path mime.field
 *
 * Only the notation lives here; whether targets exist and agree with each other is proved in request-plan.ts.
 */
import { suggest } from './suggest.ts'
import type { Filter, Target } from './manifest.ts'

export interface Mapped {
  split?: { names: string[]; separators: string[] }
  /** The only name left of the arrow, when it splits nothing. */
  whole?: string
  targets: MappedTarget[]
}

export interface MappedTarget {
  /** As written, without filters. */
  text: string
  in: Target['in']
  at: string | string[]
  /** The name by which a split finds its target. */
  name: string
  filters: Filter[]
}

export interface MappingMistake {
  /** The part of the mapping that cannot be read. */
  part: string
  reason: string
  remedy: string
}

export const filters: readonly Filter[] = ['base64', 'base64url', 'json', 'csv', 'unix', 'rfc3339', 'lower']

export const mimeFields = [
  'from',
  'to',
  'cc',
  'bcc',
  'reply_to',
  'subject',
  'text',
  'html',
  'attachments',
  'in_reply_to',
  'references',
] as const

const arrow = /→|->/
const name = /^[A-Za-z_][A-Za-z0-9_]*$/
const step = /^[A-Za-z0-9_$@-]+$/
const forbiddenSteps = new Set(['__proto__', 'prototype', 'constructor'])

export function parseMapping(text: string): Mapped | MappingMistake {
  const sides = text.split(arrow)
  if (sides.length > 2) {
    return { part: text, reason: 'there are two arrows', remedy: 'Write one: owner/repo → {owner}, {repo}.' }
  }
  const [pattern, right] = sides.length === 2 ? [sides[0]!.trim(), sides[1]!] : [undefined, text]
  const mapped: Mapped = { targets: [] }
  if (pattern !== undefined) {
    const mistake = parsePattern(pattern, mapped)
    if (mistake) return mistake
  }
  for (const part of right.split(',')) {
    const target = parseTarget(part.trim())
    if ('reason' in target) return target
    mapped.targets.push(target)
  }
  return mapped
}

function parsePattern(pattern: string, mapped: Mapped): MappingMistake | undefined {
  const names = pattern.match(/[A-Za-z_][A-Za-z0-9_]*/g) ?? []
  const separators = pattern.split(/[A-Za-z_][A-Za-z0-9_]*/)
  if (names.length === 0 || separators[0] !== '' || separators.at(-1) !== '') {
    return {
      part: pattern,
      reason: 'the pattern has to begin and end with a name',
      remedy: 'Write names with separators between them, such as owner/repo.',
    }
  }
  if (new Set(names).size < names.length) {
    return {
      part: pattern,
      reason: 'a name stands in the pattern twice',
      remedy: 'Give each part a name of its own.',
    }
  }
  if (names.length === 1) mapped.whole = names[0]!
  else mapped.split = { names, separators: separators.slice(1, -1) }
  return undefined
}

function parseTarget(text: string): MappedTarget | MappingMistake {
  const [place = '', ...chain] = text.split('|').map((part) => part.trim())
  for (const filter of chain) {
    if (!filters.includes(filter as Filter)) {
      return {
        part: filter,
        reason: `there is no filter "${filter}"`,
        remedy: suggest(filter, filters, 'Filters'),
      }
    }
  }
  const target = parsePlace(place)
  return 'reason' in target ? target : { ...target, text: place, filters: chain as Filter[] }
}

type Place = Pick<MappedTarget, 'in' | 'at' | 'name'>

function parsePlace(place: string): Place | MappingMistake {
  for (const [begin, read] of Object.entries(places)) {
    if (place.startsWith(begin)) return read(place.slice(begin.length), place)
  }
  const remedy = name.test(place)
    ? `Write '{${place}}' for the path, ?${place} for the query, body.${place} for the body.`
    : 'Targets: {name}, ?key, header:Name, body.path, form.key, part.name, raw, var.path, mime.field.'
  return { part: place, reason: place === '' ? 'a target is missing' : `"${place}" is not a target`, remedy }
}

/** By how a place begins. `body` and `raw` come last: they stand alone. */
const places: Record<string, (rest: string, place: string) => Place | MappingMistake> = {
  '{': (rest, place) => {
    const found = /^([A-Za-z_][A-Za-z0-9_]*)\*?\}$/.exec(rest)
    if (!found)
      return unreadable(place, 'a placeholder is a name in braces', 'Write it like {owner} or {path*}.')
    return { in: 'path', at: found[1]!, name: found[1]! }
  },
  '?': (rest, place) => {
    if (!/^[^\s?#&=]+$/.test(rest))
      return unreadable(place, 'this is not a query key', 'Write it like ?page[size].')
    return { in: 'query', at: rest, name: lastName(rest) }
  },
  'header:': (rest, place) => {
    if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(rest)) {
      return unreadable(place, 'this is not a header name', 'Write it like header:X-Request-Source.')
    }
    return { in: 'header', at: rest, name: rest.toLowerCase().replaceAll('-', '_') }
  },
  'body.': (rest, place) => readSteps('body', rest, place),
  'form.': (rest, place) => {
    if (!/^[^\s&=]+$/.test(rest))
      return unreadable(place, 'this is not a form field', 'Write it like form.amount.')
    const [first = '', ...more] = rest.split('.')
    return { in: 'form', at: first + more.map((part) => `[${part}]`).join(''), name: lastName(rest) }
  },
  'part.': (rest, place) => {
    if (!step.test(rest)) return unreadable(place, 'this is not a part name', 'Write it like part.file.')
    return { in: 'part', at: rest, name: rest }
  },
  'var.': (rest, place) => readSteps('var', rest, place),
  'mime.': (rest, place) => {
    if (!(mimeFields as readonly string[]).includes(rest)) {
      return unreadable(place, `a mail has no field "${rest}"`, suggest(rest, mimeFields, 'Fields'))
    }
    return { in: 'mime', at: rest, name: rest }
  },
  body: (rest, place) => (rest === '' ? { in: 'body', at: [], name: 'body' } : notTarget(place)),
  raw: (rest, place) => (rest === '' ? { in: 'raw', at: [], name: 'raw' } : notTarget(place)),
}

function readSteps(where: 'body' | 'var', rest: string, place: string): Place | MappingMistake {
  const steps = rest.split('.')
  const bad = steps.find((part) => !step.test(part) || forbiddenSteps.has(part))
  if (bad !== undefined) {
    return unreadable(
      place,
      bad === '' ? 'a key is missing' : `"${bad}" is not a key`,
      `Write it like ${where}.filter.state.`,
    )
  }
  return { in: where, at: steps, name: steps.at(-1)! }
}

/** `filter[owner]` → owner, `a.b` → b. */
function lastName(key: string): string {
  return key.match(/[A-Za-z0-9_-]+/g)?.at(-1) ?? key
}

function unreadable(part: string, reason: string, remedy: string): MappingMistake {
  return { part, reason, remedy }
}

function notTarget(place: string): MappingMistake {
  return unreadable(place, `"${place}" is not a target`, 'Write body, body.path or raw.')
}

/**
 * The text that an author meant when YAML read it as a map: `{owner}` arrives as {owner: null}.
 * Undefined when the value is anything else.
 */
export function meantMapping(value: unknown): string | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined
  const entries = Object.entries(value)
  if (entries.length === 0 || entries.some(([, inner]) => inner !== null)) return undefined
  return entries.map(([key]) => `{${key}}`).join(', ')
}
