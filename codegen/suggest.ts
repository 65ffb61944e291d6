/** "Did you mean": the nearest of the known words, by edit distance with swaps (Damerau, restricted). */

/** The nearest known word, when it is near enough to be a typing mistake. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3))
  let best: string | undefined
  let bestDistance = limit + 1
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), bestDistance)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
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

function editDistance(a: string, b: string, stopAt: number): number {
  if (Math.abs(a.length - b.length) >= stopAt || a.length > 100 || b.length > 100) return stopAt
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const present = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let cost = Math.min(last[column]! + 1, present[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1))
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, beforeLast[column - 2]! + 1)
      }
      present.push(cost)
    }
    beforeLast = last
    last = present
  }
  return last[b.length]!
}
