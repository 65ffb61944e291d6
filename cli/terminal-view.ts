/**
 * Answers for people: tables and pages of text on a terminal. What came from elsewhere is shown with its control,
 * bidirectional and invisible characters made visible, so that it cannot pretend to be something else.
 */

import { usesColour, type Context } from './context.ts'
import { escapeHidden } from './json-text.ts'

export type Row = Record<string, unknown>

/** A column's heading and what stands in it. */
export type Column = [heading: string, read: (row: Row) => unknown]

export function printTable(rows: Row[], columns: Column[], context: Context) {
  if (rows.length === 0) return context.write('stdout', 'None.\n')
  const lines = [
    columns.map(([heading]) => heading),
    ...rows.map((row) => columns.map(([, read]) => showCell(read(row)))),
  ]
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => [...line[i]!].length)))
  const bold = usesColour(context, 'stdout')
    ? (text: string) => `\u001b[1m${text}\u001b[22m`
    : (text: string) => text
  const text = lines.map((line, n) => {
    const joined = line
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd()
    const cut =
      [...joined].length > context.width() ? `${[...joined].slice(0, context.width() - 1).join('')}…` : joined
    return n === 0 ? bold(cut) : cut
  })
  context.write('stdout', `${text.join('\n')}\n`)
}

/** One record as lines of "name  value". */
export function printRecord(row: Row, context: Context) {
  const names = Object.keys(row)
  const width = Math.max(...names.map((name) => name.length))
  context.write('stdout', names.map((name) => `${name.padEnd(width)}  ${showCell(row[name])}\n`).join(''))
}

function showCell(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(showCell).join(', ')
  return showText(typeof value === 'object' ? JSON.stringify(value) : String(value)).replace(/\s+/g, ' ')
}

/** Line feeds stay, everything else that a terminal would obey becomes visible. */
export function showText(text: string): string {
  return escapeHidden(text).replace(
    /[\u0000-\u0008\u000b-\u001f]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
