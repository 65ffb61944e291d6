/** "Did you mean": the nearest of the known words, when it is near enough to be a slip of the fingers. */

import { distance } from 'fastest-levenshtein'

export function nearest(word: string, known: Iterable<string>): string | undefined {
  const folded = fold(word)
  let best: { name: string; edits: number } | undefined
  for (const name of known) {
    const edits = distance(folded, fold(name))
    if (edits < (best?.edits ?? Math.max(2, Math.ceil(word.length / 3)) + 1)) best = { name, edits }
  }
  return best?.name
}

function fold(word: string): string {
  return word.slice(0, 64).toLowerCase().replace(/[-_.]/g, '')
}
