/**
 * A problem: one mistake in a skill, as a value with a place. Problems are collected, never thrown.
 * How they are printed is in report.ts; what they say is in problem-codes.ts.
 */
import { problemCodes, type ProblemCode, type ProblemEntry } from './problem-codes.ts'

/** One-based. Columns count UTF-16 code units, as editors do. */
export interface Place {
  line: number
  column: number
}

/** Where in which file; `end` is exclusive. */
export interface Span extends Place {
  file: string
  end?: Place
}

export interface Problem extends Span {
  code: ProblemCode
  level: 'error' | 'warning'
  text: string
  hint: string
}

export type Details = Record<string, string | number>

/** Fills the texts of the code's entry. */
export function problem(code: ProblemCode, span: Span, details: Details = {}): Problem {
  const entry: ProblemEntry = problemCodes[code]
  return {
    ...span,
    code,
    level: entry.level,
    text: fill(entry.text, details),
    hint: fill(entry.hint, details),
  }
}

function fill(template: string, details: Details): string {
  return template.replace(/\{(\w+)\}/g, (hole, name: string) =>
    Object.hasOwn(details, name) ? String(details[name]) : hole,
  )
}

/** By file, then place, then code: the order in which they are fixed. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return [...problems].sort(
    (a, b) =>
      compare(a.file, b.file) ||
      a.line - b.line ||
      a.column - b.column ||
      compare(a.code, b.code) ||
      compare(a.text, b.text),
  )
}

export function isError(problem: Problem): boolean {
  return problem.level === 'error'
}

/** Code unit order: the same on every machine, whatever its locale. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
