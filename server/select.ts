/** JMESPath over an upstream's answer. */
import { search } from '@jmespath-community/jmespath'

/** The text or number that an expression finds; null when the body is not JSON or there is nothing of the kind. */
export function selectText(body: Buffer, expression: string): string | null {
  let document: unknown
  try {
    document = JSON.parse(body.toString())
  } catch {
    return null
  }
  const value = selectValue(document, expression)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null
}

/** What an expression finds; null when there is nothing or the document does not fit it. */
export function selectValue(document: unknown, expression: string): unknown {
  try {
    return search(document as Parameters<typeof search>[0], expression)
  } catch {
    return null
  }
}
