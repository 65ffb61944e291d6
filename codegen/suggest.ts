/** "Did you mean": the nearest of the known words. */
import { distance } from 'fastest-levenshtein'

/** The nearest known word, when it is near enough to be a typing mistake. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const typed = word.slice(0, 100).toLowerCase()
  let best: string | undefined
  let bestDistance = (typed.length < 5 ? 1 : typed.length < 9 ? 2 : 3) + 1
  for (const candidate of known) {
    const edits = distance(typed, candidate.toLowerCase())
    // Two letters in five may be chance, unless the word begins alike.
    if (edits * 3 > typed.length && typed[0] !== candidate[0]?.toLowerCase() && edits > 1) continue
    if (edits < bestDistance) {
      best = candidate
      bestDistance = edits
    }
  }
  return best
}

/** A hint for an unknown word: the nearest one, and all of them while they fit on a line. */
export function suggest(word: string, known: readonly string[], noun = 'Known'): string {
  if (known.length === 0) return 'Remove it.'
  const near = nearest(word, known)
  const list = known.length > 24 ? '' : `${noun}: ${known.join(', ')}.`
  return [near === undefined ? '' : `Did you mean ${near}?`, list].filter(Boolean).join(' ') || 'Remove it.'
}
