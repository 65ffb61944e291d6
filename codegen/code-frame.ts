/** The lines around a problem, with carets under the very token. */
import type { Problem } from './problem.ts'

const width = 100
const before = 20

/** The line before, the line, and the carets. Empty when there is no such line. */
export function codeFrame(text: string, { line, column, end }: Problem): string[] {
  const lines = text.split('\n')
  const subject = lines[line - 1]
  if (subject === undefined) return []
  const gutter = String(line).length
  const previous = lines[line - 2]
  // A long line is shown from a little before the place.
  const from = subject.length > width && column > width - before ? column - 1 - before : 0
  const lead = from > 0 ? '…' : ''
  const shown = lead + clip(subject.slice(from), width)
  const length = Math.max(
    1,
    Math.min(end?.line === line ? end.column - column : subject.length - column + 1, width),
  )
  const pad = ' '.repeat(lead.length + column - 1 - from)
  return [
    ...(previous === undefined || line < 2
      ? []
      : [`  ${String(line - 1).padStart(gutter)} | ${printable(clip(previous, width))}`]),
    `> ${line} | ${printable(shown)}`,
    `  ${' '.repeat(gutter)} | ${pad}${'^'.repeat(Math.min(length, Math.max(1, shown.length - pad.length)))}`,
  ].map((row) => row.trimEnd())
}

function clip(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text
}

/** A file may come from a stranger: nothing in it may move a terminal's cursor or turn the writing around. */
export function printable(text: string): string {
  return text
    .replaceAll('\t', ' ')
    .replaceAll(
      /[\u0000-\u001F\u007F-\u009F\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uD800-\uDFFF]/gu,
      '\uFFFD',
    )
}
