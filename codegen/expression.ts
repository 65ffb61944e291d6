/** JMESPath, checked when a skill is compiled: a select that cannot be parsed would fail on every call. */
import { createRequire } from 'node:module'

type Compile = (expression: string) => unknown

// Loaded on the first expression: skills without one do not pay for it.
let compile: Compile | undefined

/** Why the text is not an expression; undefined when it is one. */
export function checkExpression(text: string): string | undefined {
  compile ??= (createRequire(import.meta.url)('@jmespath-community/jmespath') as { compile: Compile }).compile
  try {
    compile(text)
    return undefined
  } catch (error) {
    const [line = ''] = (error as Error).message.split('\n')
    return line.replace(/^Error:\s*/, '').replace(/\.$/, '')
  }
}
