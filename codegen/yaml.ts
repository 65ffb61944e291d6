/**
 * YAML → plain data with places. The 1.2 core schema and nothing more: no tags, anchors, aliases or merge keys,
 * no duplicate keys, bounded depth. What would reach a reader as another value than it looks is a problem.
 *
 * The author is not trusted: the depth is estimated before the parser runs, because parsers recurse.
 */
import { isAlias, isMap, isScalar, isSeq, parseDocument, type Node, type Pair, type YAMLMap } from 'yaml'
import type { Details } from './problem.ts'
import type { ProblemCode } from './problem-codes.ts'

export const maxYamlBytes = 64 * 1024
const maxDepth = 32
/** Before parsing, brackets inside quotes count too, so the estimate has room. */
const maxEstimatedDepth = 2 * maxDepth

export type YamlPath = readonly (string | number)[]

/** Offsets into the text given to {@link parseYaml}. */
export type Range = readonly [start: number, end: number]

export interface YamlMistake {
  code: ProblemCode
  range: Range
  details: Details
}

export interface Yaml {
  /** Plain data; undefined when the text cannot be read at all. */
  data: unknown
  mistakes: YamlMistake[]
  /** The place of a key or a value; of the nearest ancestor that exists when the path does not. */
  find(path: YamlPath, part: 'key' | 'value'): Range
}

export function parseYaml(text: string): Yaml {
  const tooDeep = estimateDepth(text)
  if (tooDeep !== undefined) {
    return unreadable({
      code: 'SKILL_YAML_DEPTH',
      range: [tooDeep, tooDeep + 1],
      details: { limit: maxDepth },
    })
  }
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'silent',
  })
  const mistakes: YamlMistake[] = [...document.errors, ...document.warnings].map((error) => ({
    code: 'SKILL_YAML_SYNTAX',
    range: [error.pos[0], Math.max(error.pos[1], error.pos[0] + 1)],
    details: { reason: plainReason(error.message) },
  }))
  if (document.errors.length > 0) return { ...unreadable(), mistakes }
  const root = document.contents
  const data = convert(root as Node | null, 0, mistakes)
  // A tree that is cut off somewhere would be blamed for what it lacks there.
  if (mistakes.some(({ code }) => code === 'SKILL_YAML_DEPTH')) return { ...unreadable(), mistakes }
  return { data, mistakes, find: (path, part) => find(root as Node | null, path, part) }
}

function unreadable(mistake?: YamlMistake): Yaml {
  return { data: undefined, mistakes: mistake ? [mistake] : [], find: () => [0, 1] }
}

/** The offset at which the text is surely nested too deep. Linear, no recursion. */
function estimateDepth(text: string): number | undefined {
  let flow = 0
  let indicators = 0
  let column = 0
  let lineStart = true
  const indents: number[] = []
  for (let offset = 0; offset < text.length; offset++) {
    const character = text[offset]!
    if (character === '\n') {
      lineStart = true
      indicators = 0
      column = 0
      continue
    }
    if (character === '[' || character === '{') flow++
    else if (character === ']' || character === '}') flow = Math.max(0, flow - 1)
    if (lineStart && (character === '-' || character === '?' || character === ':')) indicators++
    else if (lineStart && character !== ' ' && character !== '\t') {
      lineStart = false
      while (indents.length > 0 && indents.at(-1)! >= column) indents.pop()
      indents.push(column)
    }
    if (Math.max(flow, indicators, indents.length) > maxEstimatedDepth) return offset
    column++
  }
  return undefined
}

function convert(node: Node | null, depth: number, mistakes: YamlMistake[]): unknown {
  if (node === null) return null
  const range = rangeOf(node)
  const refuse = (code: ProblemCode, details: Details): undefined => {
    mistakes.push({ code, range, details })
    return undefined
  }
  if (isAlias(node)) return refuse('SKILL_YAML_FEATURE', { feature: `the alias *${node.source}` })
  const { anchor, tag } = node as { anchor?: string; tag?: string }
  if (anchor !== undefined) refuse('SKILL_YAML_FEATURE', { feature: `the anchor &${anchor}` })
  if (tag !== undefined) refuse('SKILL_YAML_FEATURE', { feature: `the tag ${tag}` })
  if (depth > maxDepth) return refuse('SKILL_YAML_DEPTH', { limit: maxDepth })
  if (isSeq(node)) return node.items.map((item) => convert(item as Node | null, depth + 1, mistakes))
  if (isMap(node)) return convertMap(node, depth, mistakes)
  if (!isScalar(node)) return null
  const { value, source } = node
  if (typeof value === 'number' || typeof value === 'bigint') {
    if (!Number.isFinite(Number(value)) || String(value) !== source) {
      const exact = Number.isFinite(Number(value)) && Math.abs(Number(value)) <= Number.MAX_SAFE_INTEGER
      const remedy = exact ? ` If it is a number, write ${value}.` : ''
      refuse('SKILL_NUMBER_CHANGED', { source: source ?? '', value: String(value), remedy })
    }
    return Number(value)
  }
  return value
}

function convertMap(map: YAMLMap, depth: number, mistakes: YamlMistake[]): object {
  const data: Record<string, unknown> = {}
  const seen = new Map<string, number>()
  for (const pair of map.items) {
    const key = keyOf(pair)
    const range = rangeOf(pair.key as Node | null)
    const refuse = (code: ProblemCode, details: Details): void => {
      mistakes.push({ code, range, details })
    }
    if (key === undefined) {
      refuse('SKILL_YAML_FEATURE', { feature: 'a key that is not plain text' })
      continue
    }
    if (key === '<<') {
      refuse('SKILL_YAML_FEATURE', { feature: 'the merge key <<' })
      continue
    }
    if (key === '__proto__' || key === 'prototype' || key === 'constructor') {
      refuse('SKILL_FORBIDDEN_KEY', { key })
      continue
    }
    const first = seen.get(key)
    if (first !== undefined) {
      // The place of the first is counted in lines by the caller, who knows the file.
      refuse('SKILL_DUPLICATE_KEY', { key, first })
      continue
    }
    seen.set(key, range[0])
    const { anchor, tag } = pair.key as { anchor?: string; tag?: string }
    if (anchor !== undefined || tag !== undefined)
      refuse('SKILL_YAML_FEATURE', { feature: 'a tag or anchor' })
    data[key] = convert((pair.value ?? null) as Node | null, depth + 1, mistakes)
  }
  return data
}

/** The key as written; `404: x` has the key "404". */
function keyOf(pair: Pair): string | undefined {
  if (!isScalar(pair.key)) return undefined
  const { value, source } = pair.key
  return typeof value === 'string' ? value : source || undefined
}

function find(root: Node | null, path: YamlPath, part: 'key' | 'value'): Range {
  let node = root
  let range: Range = [0, 0]
  for (const [index, step] of path.entries()) {
    const last = index === path.length - 1
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find((item) => keyOf(item) === String(step))
      if (!pair) return range
      const key = rangeOf(pair.key as Node)
      const value = pair.value as Node | null
      // An empty value has no extent; its key is the nearest visible thing.
      const valueRange = value && rangeOf(value)[1] > rangeOf(value)[0] ? rangeOf(value) : key
      range = last && part === 'value' ? valueRange : key
      node = value
    } else if (isSeq(node)) {
      const item = node.items[Number(step)] as Node | null | undefined
      if (!item) return range
      range = rangeOf(item)
      node = item
    } else {
      return range
    }
  }
  return range
}

function rangeOf(node: Node | null): Range {
  const range = node?.range
  return range ? [range[0], Math.max(range[1], range[0])] : [0, 0]
}

function plainReason(message: string): string {
  const [line = ''] = message.split('\n')
  return (line.charAt(0).toLowerCase() + line.slice(1)).replace(/[.:]\s*$/, '').replaceAll('\\n', ' ')
}
