/**
 * Path segments: a caller's value becomes exactly one segment, or a complaint.
 * encodeURIComponent alone is no defence: `..` survives it, and URL parsers collapse `%2e%2e` as well.
 */

/** What is wrong with a value as one path segment; null when nothing is. */
export function segmentFault(value: string): string | null {
  if (value === '') return 'must not be empty'
  if (/[\u0000-\u001f\u007f]/.test(value)) return 'must not hold control characters'
  if (value.includes('\\')) return 'must not hold a backslash'
  if (!value.isWellFormed()) return 'must be valid Unicode'
  // Upstreams have been seen to decode twice.
  let text = value
  for (let decoded = 0; decoded < 3; decoded += 1) {
    if (text === '.' || text === '..' || /(^|[/\\])\.\.?($|[/\\])/.test(text))
      return 'must not hold "." or ".." segments'
    const next = decodeSafely(text)
    if (next === text) break
    text = next
  }
  return null
}

/** RFC 3986: everything but unreserved characters is encoded, a slash too. */
export function encodeSegment(value: string): string {
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function decodeSafely(text: string): string {
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
}
