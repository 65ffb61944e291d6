/** `--only tag:issues`, `--only path:/repos/*`, `--only operation:issues/create`: which operations are imported. */
import type { Operation } from './api.ts'

export type Selection = (operation: Operation) => boolean

const kinds: Record<string, (operation: Operation) => string[]> = {
  tag: ({ tags }) => tags,
  path: ({ path }) => [path],
  operation: ({ key }) => [key],
}

/** Any one filter is enough; without filters everything is selected. */
export function readSelection(filters: readonly string[]): Selection | { reason: string } {
  const tests: Selection[] = []
  for (const filter of filters) {
    const [, kind = '', pattern = ''] = /^([a-z]+):(.+)$/s.exec(filter) ?? []
    const valuesOf = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined
    if (!valuesOf)
      return { reason: `--only ${JSON.stringify(filter)} is none of tag:NAME, path:PATTERN, operation:ID.` }
    tests.push((operation) => valuesOf(operation).some((value) => matches(pattern, value)))
  }
  return tests.length === 0 ? () => true : (operation) => tests.some((test) => test(operation))
}

/** `*` is any text. Without a regular expression, so that no pattern takes long. */
function matches(pattern: string, value: string): boolean {
  const parts = pattern.toLowerCase().split('*')
  const text = value.toLowerCase()
  if (parts.length === 1) return text === parts[0]
  const [first = ''] = parts
  const last = parts.at(-1)!
  if (!text.startsWith(first)) return false
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}
