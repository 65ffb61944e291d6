/** JMESPath over an upstream's answer. */
import { search } from '@jmespath-community/jmespath'

/** The text or number that an expression finds; null when the body is not JSON or there is nothing of the kind. */
export function selectText(body: Buffer, expression: string): string | null {
  let value: unknown
  try {
    value = search(JSON.parse(body.toString()), expression)
  } catch {
    return null
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null
}
