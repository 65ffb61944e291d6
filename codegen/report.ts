/** Problems and differences → text, for people and for programs. */
import { compare, isError, type Problem } from './problem.ts'
import type { Difference } from './write.ts'

const maxPerCode = 20

export function printProblems(problems: readonly Problem[]): string {
  if (problems.length === 0) return ''
  const printed = new Map<string, number>()
  const lines: string[] = []
  for (const problem of problems) {
    const count = (printed.get(problem.code) ?? 0) + 1
    printed.set(problem.code, count)
    if (count > maxPerCode) continue
    const { file, line, column, level, code, text, hint } = problem
    lines.push(`${file}:${line}:${column} ${level} ${code} ${text}`, `  ${hint}`)
  }
  for (const [code, count] of [...printed].sort(([a], [b]) => compare(a, b))) {
    if (count > maxPerCode) lines.push(`… and ${count - maxPerCode} more ${code}`)
  }
  lines.push(summary(problems))
  return `${lines.join('\n')}\n`
}

export function summary(problems: readonly Problem[]): string {
  const errors = problems.filter(isError).length
  const warnings = problems.length - errors
  const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
  return [plural(errors, 'error'), plural(warnings, 'warning')].join(', ')
}

/** One JSON document with every problem. */
export function problemsJson(problems: readonly Problem[]): string {
  const errors = problems.filter(isError).length
  return `${JSON.stringify({ errors, warnings: problems.length - errors, problems }, null, 2)}\n`
}

/** What `--check` found, each with its cure. */
export function printDifference({ changed, missing, orphaned }: Difference, dir: string): string {
  const lines = [
    ...changed.map(({ path, line, was, is }) =>
      [`changed   ${dir}/${path}:${line}`, `  is      ${clip(was)}`, `  becomes ${clip(is)}`].join('\n'),
    ),
    ...missing.map((path) => `missing   ${dir}/${path}`),
    ...orphaned.map((path) => `orphaned  ${dir}/${path}`),
  ]
  if (lines.length === 0) return ''
  return `${[...lines, 'Run: skillett build'].join('\n')}\n`
}

function clip(line: string): string {
  return line.length > 100 ? `${line.slice(0, 99)}…` : line
}
