/** Paths of skills held against path templates of descriptions: by shape, whatever placeholders are called. */

export interface PathMatch {
  /** Literal segments that are the same; more is better. */
  score: number
  /** Placeholder of the skill → placeholder of the description, where each is a whole segment. */
  pairs: Map<string, string>
}

const hole = /^\{([^{}]+?)(\*?)\}$/

export interface Segment {
  text: string
  /** The name, when the whole segment is one placeholder. */
  hole?: string
  /** `{name*}`: several segments. */
  many: boolean
  /** Whatever placeholders are called. */
  shape: string
}

export function segmentsOf(path: string): Segment[] {
  return path
    .split('/')
    .filter((text) => text !== '')
    .map((text) => {
      const found = hole.exec(text)
      const shape = text.includes('{') ? text.replaceAll(/\{[^{}]+\}/g, '{}') : text
      return { text, shape, many: found?.[2] === '*', ...(found && { hole: found[1]! }) }
    })
}

export function matchPath(
  described: readonly Segment[],
  written: readonly Segment[],
  from = 0,
  at = 0,
): PathMatch | undefined {
  if (from === described.length) return at === written.length ? { score: 0, pairs: new Map() } : undefined
  const segment = described[from]!
  // A placeholder for several segments takes as few as it can.
  const most = segment.many ? written.length - at - (described.length - from - 1) : 1
  for (let count = 1; count <= most && at + count <= written.length; count++) {
    const first = written[at]!
    if (segment.hole === undefined && !isSameSegment(segment, first)) return undefined
    const match = matchPath(described, written, from + 1, at + count)
    if (!match) continue
    if (segment.hole !== undefined && count === 1 && first.hole !== undefined)
      match.pairs.set(first.hole, segment.hole)
    if (segment.hole === undefined && segment.text === first.text) match.score++
    return match
  }
  return undefined
}

/** `{id}.json` is `{ticket_id}.json`; a whole placeholder stands for any segment that has one. */
function isSameSegment(described: Segment, written: Segment): boolean {
  return described.shape === written.shape || (written.hole !== undefined && described.shape.includes('{'))
}

/** `api.example.com` or `{subdomain}.example.com`, label by label. */
export function isSameHost(described: string, written: string): boolean {
  const a = described.toLowerCase().split('.')
  const b = written.toLowerCase().split('.')
  return (
    a.length === b.length &&
    a.every((label, index) => label === b[index] || label.includes('{') || b[index]!.includes('{'))
  )
}
