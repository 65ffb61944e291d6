/** JMESPath, checked when a skill is compiled: a select that cannot be parsed would fail on every call. */
import { createRequire } from 'node:module'
import { suggest } from './suggest.ts'

interface Engine {
  compile(expression: string): unknown
  getRegisteredFunctions(): string[]
}

// Loaded on the first expression: skills without one do not pay for it.
let engine: Engine | undefined

/** Why the text is not an expression; undefined when it is one. */
export function checkExpression(text: string): string | undefined {
  const bare = withoutLiterals(text)
  // The engine reads over a quote that is never closed.
  const open = /["'`]/.exec(bare)?.[0]
  if (open !== undefined) return `the ${open} is not closed`
  engine ??= createRequire(import.meta.url)('@jmespath-community/jmespath') as Engine
  try {
    engine.compile(text)
  } catch (error) {
    return plainReason((error as Error).message)
  }
  const known = engine.getRegisteredFunctions()
  const unknown = [...bare.matchAll(/([A-Za-z_]\w*)\s*\(/g)].find((found) => !known.includes(found[1]!))?.[1]
  if (unknown === undefined) return undefined
  return `there is no function ${unknown}. ${suggest(unknown, known)}`.replace(/[. ]+(Remove it\.)?$/, '')
}

function withoutLiterals(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`/gs, '_')
}

function plainReason(message: string): string {
  const [line = ''] = message.split('\n')
  const reason = line.replace(/^(Error|Syntax error)[:,]?\s*/i, '').replace(/\.$/, '')
  if (/EOF|end of JSON/.test(reason)) return 'it ends too early'
  return reason.charAt(0).toLowerCase() + reason.slice(1)
}
