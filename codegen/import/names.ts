/**
 * Names for what a description calls anything: endpoints (snake_case, unique, short enough for agents), groups
 * (kebab-case) and parameters (as they are, where that is a name).
 */
import type { Api, Operation } from './api.ts'

const longestToolName = 64
const methodId = /^(?:get|post|put|patch|delete)-?\/.*_([A-Za-z0-9]+)$/

export function snakeCase(text: string): string {
  return words(text).join('_')
}

export function kebabCase(text: string): string {
  return words(text).join('-')
}

function words(text: string): string[] {
  return text
    .slice(0, 400)
    .replaceAll('OAuth', 'Oauth')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
}

/** Operation key → endpoint name. The same whatever part of the description is imported. */
export function nameOperations(
  api: Api,
  integration: string,
  chosen: ReadonlyMap<string, string>,
): Map<string, string> {
  const limit = longestToolName - integration.length - 1
  const prefix = prefixOf(api.operations)
  const names = new Map<string, string>()
  const taken = new Set(chosen.values())
  for (const operation of api.operations) {
    const given = chosen.get(operation.key)
    const name = given ?? unique(shorten(baseName(operation, prefix), limit), taken, limit)
    taken.add(name)
    names.set(operation.key, name)
  }
  return names
}

/** `gmail.` when every operationId begins with it. */
function prefixOf(operations: readonly Operation[]): string {
  const [first] = operations
  const prefix = /^[A-Za-z0-9]+\./.exec(first?.id ?? '')?.[0] ?? ''
  return prefix !== '' && operations.every(({ id }) => id?.startsWith(prefix)) ? prefix : ''
}

function baseName(operation: Operation, prefix: string): string {
  const { id, method, path } = operation
  const suffix = id === undefined ? undefined : methodId.exec(id)?.[1]
  const fromPath = `${method.toLowerCase()} ${path.replaceAll(/\{([^}]*)\}/g, 'by $1')}`
  const text =
    suffix === undefined
      ? (id ?? fromPath).slice(id === undefined ? 0 : prefix.length)
      : `${groupOf(operation)}_${suffix}`
  const name = snakeCase(text) || snakeCase(fromPath)
  return /^[a-z]/.test(name) ? name : `op_${name}`
}

/** Whole words from the front, as many as fit. */
function shorten(name: string, limit: number): string {
  if (name.length <= limit) return name
  const cut = name.slice(0, limit + 1)
  const end = cut.lastIndexOf('_')
  return end > limit / 2 ? cut.slice(0, end) : name.slice(0, limit)
}

function unique(name: string, taken: ReadonlySet<string>, limit: number): string {
  if (!taken.has(name)) return name
  for (let count = 2; ; count++) {
    const ending = `_${count}`
    const candidate = `${name.slice(0, limit - ending.length)}${ending}`
    if (!taken.has(candidate)) return candidate
  }
}

const versionSegment = /^(api|rest|v?[0-9.]+|v[0-9]+[a-z0-9]*)$/i

/** The first tag, else how the operationId begins, else the first telling segment of the path. */
export function groupOf({ tags, id, path }: Operation): string {
  const segments = path
    .split('/')
    .filter((segment) => /^[\w.-]+$/.test(segment) && !versionSegment.test(segment))
  const owner = /^([A-Za-z][\w-]*)[/.]/.exec(id ?? '')?.[1]
  for (const candidate of [tags[0], owner, segments[0]]) {
    const group = kebabCase(candidate ?? '')
      .slice(0, 60)
      .replace(/-$/, '')
    if (/^[a-z]/.test(group)) return group
  }
  return 'general'
}

/** A parameter's name: the vendor's own where it is one. */
export function parameterName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name) && !reserved.has(name)) return name
  const plain = snakeCase(name).slice(0, 60)
  return /^[a-z]/.test(plain) && !reserved.has(plain) ? plain : `p_${plain || 'value'}`
}

/** What YAML readers and JavaScript would stumble over. */
export const reserved: ReadonlySet<string> = new Set(['__proto__', 'prototype', 'constructor', '<<'])
