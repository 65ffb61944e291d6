/** A secret from stdin: text, or a JSON object of texts where a way of signing in has several fields. */

import { type Context } from './context.ts'
import { usage } from './failure.ts'

const limit = 65_536

/** Fails with `usage`; the message never holds any of it. */
export function readSecret(context: Context): string | Record<string, string> {
  const bytes = context.isTerminal('stdin') ? askHidden(context) : context.readInput(limit)
  if (bytes.length > limit)
    throw usage(`the secret on stdin is larger than ${limit} bytes`, 'skillett connect')
  const text = bytes.toString('utf8').replace(/\r?\n$/, '')
  if (text === '') throw usage('stdin holds no secret', 'skillett connect')
  return readFields(text) ?? text
}

function askHidden(context: Context): Buffer {
  const secret = context.readHidden('Secret (not shown): ')
  context.write('stderr', '\n')
  return secret
}

function readFields(text: string): Record<string, string> | undefined {
  if (!text.trimStart().startsWith('{')) return undefined
  try {
    const fields = Object.entries(JSON.parse(text) as Record<string, unknown>)
    // Ids such as a GitHub App's are numbers to whoever writes them down.
    const texts = fields.map(([name, value]) => [name, Number.isSafeInteger(value) ? String(value) : value])
    return texts.every(([, value]) => typeof value === 'string')
      ? (Object.fromEntries(texts) as Record<string, string>)
      : undefined
  } catch {
    return undefined
  }
}
