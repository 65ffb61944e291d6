/** Did you mean: the nearest of the names there are, when it is near enough to be a slip. */
import { closest, distance } from 'fastest-levenshtein'

export function nearest(name: string, names: string[]): string | undefined {
  if (names.length === 0) return undefined
  const best = closest(name, names)
  return distance(name, best) <= Math.max(2, Math.floor(name.length / 3)) ? best : undefined
}
