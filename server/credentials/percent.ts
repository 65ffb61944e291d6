/** Percent-encoding as signatures want it (RFC 3986): everything but letters, digits and `-._~`. */

export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** The pairs of a query or a form body, decoded. What is not valid encoding stays as it is. */
export function readPairs(text: string, plusIsSpace: boolean): [name: string, value: string][] {
  if (text === '') return []
  return text.split('&').map((pair) => {
    const [name = '', ...rest] = pair.split('=')
    return [decode(name, plusIsSpace), decode(rest.join('='), plusIsSpace)]
  })
}

/** Encoded, then sorted by name and value, byte for byte. */
export function sortedPairs(pairs: [string, string][]): string {
  return pairs
    .map(([name, value]): [string, string] => [percentEncode(name), percentEncode(value)])
    .sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function decode(text: string, plusIsSpace: boolean): string {
  const spaced = plusIsSpace ? text.replaceAll('+', ' ') : text
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced
  }
}
