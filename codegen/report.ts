/** Problems and differences → text, for people (with code frames) and for programs (JSON, SARIF). */
import { codeFrame, printable } from './code-frame.ts'
import { compare, isError, type Problem } from './problem.ts'
import { problemCodes, type ProblemCode, type ProblemEntry } from './problem-codes.ts'
import type { CaseResult } from './cases.ts'
import type { Difference } from './write.ts'

const maxPerCode = 20

export interface Printing {
  /** File → text, for the frames. */
  texts: ReadonlyMap<string, string>
  color: boolean
}

type Paint = (text: string) => string

const plain: Paint = (text) => text
const paints: Record<'error' | 'warning' | 'dim' | 'bold', Paint> = {
  error: (text) => `\u001b[31m${text}\u001b[39m`,
  warning: (text) => `\u001b[33m${text}\u001b[39m`,
  dim: (text) => `\u001b[2m${text}\u001b[22m`,
  bold: (text) => `\u001b[1m${text}\u001b[22m`,
}

export function printProblems(problems: readonly Problem[], { texts, color }: Printing): string {
  if (problems.length === 0) return ''
  const paint = (name: keyof typeof paints): Paint => (color ? paints[name] : plain)
  const printed = new Map<string, number>()
  const lines: string[] = []
  for (const problem of problems) {
    const count = (printed.get(problem.code) ?? 0) + 1
    printed.set(problem.code, count)
    if (count > maxPerCode) continue
    const { file, line, column, level, code, text, hint } = problem
    const place = paint('bold')(printable(`${file}:${line}:${column}`))
    lines.push(`${place} ${paint(level)(level)} ${code} ${printable(text)}`)
    const source = texts.get(file)
    const frame = source === undefined ? [] : codeFrame(source, problem)
    lines.push(...frame.map((row) => `    ${paint('dim')(row)}`), `    ${printable(hint)}`, '')
  }
  for (const [code, count] of [...printed].sort(([a], [b]) => compare(a, b))) {
    if (count > maxPerCode) lines.push(`… and ${count - maxPerCode} more ${code}`)
  }
  return `${[...lines, summarize(problems)].join('\n')}\n`
}

function summarize(problems: readonly Problem[]): string {
  const errors = problems.filter(isError).length
  return `${plural(errors, 'error')}, ${plural(problems.length - errors, 'warning')}`
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** One JSON document with every problem. */
export function problemsJson(problems: readonly Problem[]): string {
  const errors = problems.filter(isError).length
  return `${JSON.stringify({ errors, warnings: problems.length - errors, problems }, null, 2)}\n`
}

/** SARIF 2.1.0, which code hosts show beside the line. */
export function problemsSarif(problems: readonly Problem[]): string {
  const codes = [...new Set(problems.map(({ code }) => code))].sort(compare)
  const sarif = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'skillett', rules: codes.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: problems.map(resultOf),
      },
    ],
  }
  return `${JSON.stringify(sarif, null, 2)}\n`
}

function ruleOf(code: ProblemCode): object {
  const entry: ProblemEntry = problemCodes[code]
  return { id: code, shortDescription: { text: entry.text }, defaultConfiguration: { level: entry.level } }
}

function resultOf({ code, level, text, hint, file, line, column, end }: Problem): object {
  const region = {
    startLine: line,
    startColumn: column,
    ...(end && { endLine: end.line, endColumn: end.column }),
  }
  return {
    ruleId: code,
    level,
    message: { text: `${text} ${hint}` },
    locations: [{ physicalLocation: { artifactLocation: { uri: encodeURI(file) }, region } }],
  }
}

/** What `--check` found, each with its cure. */
export function printDifference({ changed, missing, orphaned }: Difference, dir: string): string {
  const lines = [
    ...changed.map(({ path, line, was, is }) =>
      [`changed   ${dir}/${path}:${line}`, `  there   ${clip(was)}`, `  fresh   ${clip(is)}`].join('\n'),
    ),
    ...missing.map((path) => `missing   ${dir}/${path}`),
    ...orphaned.map((path) => `orphaned  ${dir}/${path}`),
  ]
  if (lines.length === 0) return ''
  return `${[...lines, 'This is not what the skills say. Run: skillett build'].join('\n')}\n`
}

export function printCases({ passed, commandsOnly, failures }: CaseResult): string {
  const lines = failures.flatMap(({ run, reasons }) => [
    `not ok  ${printable(run)}`,
    ...reasons.map((reason) => `        ${printable(reason)}`),
  ])
  const only = commandsOnly === 0 ? '' : `; ${commandsOnly} of them state neither request nor response`
  lines.push(`${plural(passed, 'example')} passed, ${failures.length} failed${only}`)
  return `${lines.join('\n')}\n`
}

function clip(line: string): string {
  return printable(line.length > 100 ? `${line.slice(0, 99)}…` : line)
}
