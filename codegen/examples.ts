/** Examples are commands that run: the right endpoint, flags that exist, nothing required left out. */
import type { Endpoint, Example } from './manifest.ts'
import type { Report } from './parameter.ts'
import { suggest } from './suggest.ts'

/** Flags of `skillett run` itself. */
const runFlags = new Set([
  'json',
  'connection',
  'identifier',
  'dry-run',
  'yes',
  'all',
  'limit',
  'max-pages',
  'cursor',
  'fields',
  'jq',
  'max-bytes',
  'out-file',
  'output',
  'include',
  'envelope',
  'raw',
  'idempotency-key',
  'timeout',
  'wait',
  'no-wait',
  'file',
])

export function linkExamples(endpoint: Endpoint, written: unknown, report: Report): Example[] {
  const list = ((written as (Example | undefined)[] | undefined) ?? []).map((example, index) => ({
    example,
    index,
  }))
  const examples: Example[] = []
  for (const { example, index } of list) {
    if (!example) continue
    checkCommand(endpoint, example.run, ['examples', index, 'run'], report)
    examples.push(example)
  }
  if (examples.length === 0) {
    report(
      'SKILL_EXAMPLE_MISSING',
      ['name'],
      { integration: endpoint.integration, endpoint: endpoint.name },
      'key',
    )
  }
  return examples
}

function checkCommand(endpoint: Endpoint, run: string, path: (string | number)[], report: Report): void {
  const refuse = (reason: string, remedy: string, part = 'value'): void =>
    report('SKILL_EXAMPLE', path, { reason, remedy }, part)
  const words = splitWords(run)
  const start = `skillett run ${endpoint.integration} ${endpoint.name}`
  if (/[\r\n]|```/.test(run)) return refuse('it is more than one line', 'Write the command on one line.')
  if (!words) return refuse('a quote is not closed', 'Close it.')
  if (words.slice(0, 4).join(' ') !== start && endpoint.integration !== '') {
    return refuse(`it does not begin with "${start}"`, `Write ${start} …`)
  }
  const properties = Object.keys(endpoint.input['properties'] as object)
  const given = new Set<string>()
  for (const word of words.slice(4)) {
    if (word === '--') break
    const flag = /^--([^=]+)/.exec(word)?.[1]
    if (flag === undefined || runFlags.has(flag)) {
      if (flag === 'json' || flag === 'file') return
      continue
    }
    const [base = ''] = flag.split('.')
    const property = [flag, base, base.replace(/^no-/, '')]
      .map((name) => properties.find((known) => known === name || known === name.replaceAll('-', '_')))
      .find((found) => found !== undefined)
    if (property === undefined) {
      const known = properties.map((name) => `--${name}`)
      refuse(`there is no flag --${flag}`, suggest(`--${flag}`, known, 'Flags'), `--${flag}`)
    } else given.add(property)
  }
  for (const name of endpoint.input['required'] as string[]) {
    if (!given.has(name)) refuse(`--${name} is missing`, `Add --${name}.`)
  }
}

/** Words as a shell would split them; undefined when a quote stays open. No variables, no globs. */
export function splitWords(line: string): string[] | undefined {
  const words: string[] = []
  const token = /\s*(?:((?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+)|$)/suy
  while (token.lastIndex < line.length) {
    const found = token.exec(line)
    if (!found) return undefined
    if (found[1] === undefined) break
    words.push(
      found[1].replaceAll(
        /\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'/gsu,
        (_, escaped, double, single) => escaped ?? single ?? String(double).replaceAll(/\\([\\"$`])/g, '$1'),
      ),
    )
  }
  return words
}
