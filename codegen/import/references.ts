/**
 * `$ref`: local JSON pointers only. A reference to another document is never followed and is remembered, so that
 * the operation that needs it can be refused with the reason.
 */
import { isMap, own } from './api.ts'

const maxChain = 20

export interface References {
  /** The value itself, or what its chain of references ends in; undefined when that is nowhere. */
  follow(value: unknown): unknown
  /** The mistakes met since the last call. */
  takeMistakes(): string[]
}

/** `bare`: the pointer below which names without `#/` are looked up, as Google's descriptions write them. */
export function createReferences(document: unknown, bare?: string): References {
  let mistakes = new Set<string>()
  const follow = (value: unknown): unknown => {
    let target = value
    for (let step = 0; isMap(target) && typeof own(target, '$ref') === 'string'; step++) {
      const ref = String(own(target, '$ref'))
      if (step >= maxChain) {
        mistakes.add(`the reference "${ref.slice(0, 80)}" leads to itself`)
        return undefined
      }
      const pointer = ref.startsWith('#')
        ? ref.slice(1)
        : bare !== undefined && /^\w+$/.test(ref)
          ? `${bare}/${ref}`
          : undefined
      if (pointer === undefined) {
        mistakes.add(`it refers to "${ref.slice(0, 80)}", and nothing outside the file is read`)
        return undefined
      }
      target = lookUp(document, pointer)
      if (target === undefined) mistakes.add(`the reference "${ref.slice(0, 80)}" leads nowhere`)
    }
    return target
  }
  return {
    follow,
    takeMistakes: () => {
      const taken = [...mistakes]
      mistakes = new Set()
      return taken
    },
  }
}

/** RFC 6901, percent-encoded as in a fragment. */
function lookUp(document: unknown, pointer: string): unknown {
  let value = document
  for (const part of pointer.split('/').slice(1)) {
    const key = decode(part).replaceAll('~1', '/').replaceAll('~0', '~')
    value = Array.isArray(value) ? value[Number(key)] : own(value, key)
  }
  return value
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
