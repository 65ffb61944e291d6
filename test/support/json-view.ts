/** JSON for a person's terminal. Into a pipe it goes whole; on a terminal what lies deep is cut at the margin. */

/** Members that are shown once, to those who asked for them, and never in a demonstration. */
const secrets = new Set(['full_key', 'sign_in_url'])

/** Depth of objects that are laid out; deeper ones stay on one line. */
const layers = 2

/** @param columns of the terminal; undefined for a pipe */
export function viewJson(output: string, columns: number | undefined): string {
  let document: unknown
  try {
    document = JSON.parse(output, (name, value: unknown) =>
      secrets.has(name) ? '(shown once; kept by the demo)' : value,
    )
  } catch {
    return output.trimEnd()
  }
  if (columns === undefined) return JSON.stringify(document, null, 2)
  const lines = layOut(document, 0, '').split('\n')
  return lines.map((line) => (line.length > columns ? `${line.slice(0, columns - 1)}…` : line)).join('\n')
}

function layOut(value: unknown, depth: number, indent: string): string {
  const inner = `${indent}  `
  if (Array.isArray(value) && value.some((item) => typeof item === 'object'))
    return `[\n${value.map((item) => inner + layOut(item, depth, inner)).join(',\n')}\n${indent}]`
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth >= layers)
    return JSON.stringify(value)
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}: ${layOut(member, depth + 1, inner)}`,
  )
  return `{\n${members.map((member) => inner + member).join(',\n')}\n${indent}}`
}
