/** Private keys as people paste them: PEM whose line breaks have become spaces or `\n` on the way. */
import { createPrivateKey } from 'node:crypto'

/** PEM with its line breaks. What is not PEM is returned as it is. */
export function readPrivateKey(text: string): string {
  const match = /-----BEGIN ([A-Z ]+)-----([^-]*)-----END \1-----/.exec(text.replaceAll('\\n', '\n'))
  if (match === null) return text
  const lines = match[2]!.replace(/\s+/g, '').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${match[1]}-----\n${lines.join('\n')}\n-----END ${match[1]}-----\n`
}

export function isPrivateKey(text: string): boolean {
  try {
    createPrivateKey(readPrivateKey(text))
    return true
  } catch {
    return false
  }
}
