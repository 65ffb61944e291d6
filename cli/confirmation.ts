/** Asking the person at the terminal. Without a person there is no answer, and no answer is not a yes. */

import type { Context } from './context.ts'

/** True only when somebody at a terminal types y or yes. */
export function askPerson(question: string, context: Context): boolean {
  if (!context.isTerminal('stdin') || !context.isTerminal('stderr')) return false
  context.write('stderr', `${question} [y/N] `)
  return /^y(?:es)?$/i.test(context.readLine().trim())
}

/** A command line that a POSIX shell reads back as these words. */
export function quoteWords(words: string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ')
}
