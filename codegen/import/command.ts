/**
 * `skillett import openapi|discovery FILE`: an API description → a skill folder to work on.
 * Exit codes: 0 done, 1 nothing imported or the result has problems, 2 wrong usage.
 */
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { parseArgs } from 'node:util'
import { isError } from '../problem.ts'
import { plural, printProblems } from '../report.ts'
import type { Api, Refusal } from './api.ts'
import { parseDescription, readText, type Read } from './description-file.ts'
import { readDiscovery } from './discovery.ts'
import { checkImport, importSkill, type ImportedFile } from './import-skill.ts'
import { readOpenapi } from './openapi.ts'
import { readSelection, type Selection } from './select.ts'
import { readPresent, sortFiles, writeFiles } from './skill-folder.ts'

export interface Streams {
  stdout: { write(text: string): unknown }
  stderr: { write(text: string): unknown }
}

export const importUsage = `skillett import openapi|discovery FILE --integration NAME --out DIR
                  [--only tag:NAME|path:PATTERN|operation:ID]… [--name OPERATION=NAME]… [--base-url URL] [--force] [--json]`

const formats: Record<string, (data: unknown) => Read<Api>> = {
  openapi: readOpenapi,
  discovery: readDiscovery,
}

const options = {
  integration: { type: 'string' },
  out: { type: 'string' },
  only: { type: 'string', multiple: true },
  name: { type: 'string', multiple: true },
  'base-url': { type: 'string' },
  force: { type: 'boolean' },
  json: { type: 'boolean' },
} as const

interface Order {
  format: string
  file: string
  integration: string
  out: string
  selection: Selection
  names: Map<string, string>
  baseUrl?: string
  force: boolean
  json: boolean
}

export interface ImportReport {
  integration: string
  folder: string
  /** Operations that were selected. */
  operations: number
  written: { operation?: string; file: string }[]
  kept: { operation?: string; file: string }[]
  refused: Refusal[]
  errors: number
  warnings: number
}

export async function runImport(argv: string[], streams: Streams = process): Promise<number> {
  const order = readOrder(argv)
  if ('reason' in order) {
    streams.stderr.write(`${order.reason}\nUsage:\n  ${importUsage}\n`)
    return 2
  }
  const fail = (reason: string): number => {
    streams.stderr.write(`${order.file}: ${reason}.\n`)
    return 1
  }
  const text = readText(order.file)
  if ('reason' in text) return fail(text.reason)
  const data = parseDescription(text.value)
  if ('reason' in data) return fail(data.reason)
  const api = formats[order.format]!(data.value)
  if ('reason' in api) return fail(api.reason)
  const unknown = [...order.names.keys()].find(
    (key) => !api.value.operations.some((operation) => operation.key === key),
  )
  if (unknown !== undefined) return fail(`there is no operation ${JSON.stringify(unknown)} to name`)
  const imported = importSkill(api.value, order)
  if ('reason' in imported) return fail(`${imported.reason}; say where with --base-url`)
  if (imported.operations === 0) return fail('no operation is selected')

  const dir = resolve(order.out)
  const shown = shownPath(dir)
  const folder = {
    name: order.integration,
    file: shown === '.' ? order.integration : `${shown}/${order.integration}`,
  }
  const present = readPresent(dir, shown, order.integration)
  const sorted = sortFiles(imported.files, present.sources, order.force)
  const checked = checkImport(folder, sorted.remaining, sorted.write)
  const problems = [...present.problems, ...checked.problems]
  const isSafe = !present.problems.some(isError)
  if (isSafe) writeFiles(join(dir, order.integration), checked.files)

  const place = (file: ImportedFile): { operation?: string; file: string } => ({
    ...(file.operation !== undefined && { operation: file.operation }),
    file: `${folder.file}/${file.path}`,
  })
  const errors = problems.filter(isError).length
  const report: ImportReport = {
    integration: order.integration,
    folder: folder.file,
    operations: imported.operations,
    written: isSafe ? checked.files.map(place) : [],
    kept: sorted.kept.map(place),
    refused: [...api.value.refused, ...imported.refused, ...checked.refused],
    errors,
    warnings: problems.length - errors,
  }
  if (order.json) streams.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
  else {
    const texts = new Map(checked.sources.map(({ file, text: source }) => [file, source] as const))
    streams.stderr.write(
      printProblems(problems.filter(isError), { texts, color: false }) + printReport(report),
    )
  }
  return errors === 0 && report.written.length + report.kept.length > 1 ? 0 : 1
}

function printReport({ folder, operations, written, kept, refused, errors, warnings }: ImportReport): string {
  const endpoints = [...written, ...kept].filter(({ operation }) => operation !== undefined).length
  const lines = [
    `${folder}: ${plural(operations, 'operation')}, ${plural(endpoints, 'endpoint')}; ${plural(written.length, 'file')} written, ${kept.length} kept`,
    ...kept.slice(0, 20).map(({ file }) => `  kept     ${file} (another text is there; --force replaces it)`),
    ...refused.map(({ operation, reason }) => `  left out ${clean(operation)}: ${clean(reason)}`),
    `checked by the compiler: ${plural(errors, 'error')}, ${plural(warnings, 'warning')}`,
    'Guesses are marked "# review:".',
  ]
  return `${lines.join('\n')}\n`
}

/** What a stranger named may not move the cursor. */
function clean(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '\uFFFD').slice(0, 300)
}

function readOrder(argv: string[]): Order | { reason: string } {
  let parsed
  try {
    parsed = parseArgs({ args: argv, options, allowPositionals: true })
  } catch (error) {
    return { reason: (error as Error).message }
  }
  const { values, positionals } = parsed
  const [format = '', file, ...more] = positionals
  if (!Object.hasOwn(formats, format)) return { reason: 'Say what the file is: openapi or discovery.' }
  if (file === undefined || more.length > 0) return { reason: 'Name one file.' }
  const { integration, out } = values
  if (
    integration === undefined ||
    !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(integration) ||
    integration.length > 40
  )
    return { reason: '--integration takes a name like google-calendar.' }
  if (out === undefined)
    return { reason: '--out names the skills folder; the integration gets a folder in it.' }
  const selection = readSelection(values.only ?? [])
  if (typeof selection !== 'function') return selection
  const names = readNames(values.name ?? [], integration)
  if ('reason' in names) return names
  const baseUrl = values['base-url']
  return {
    format,
    file,
    integration,
    out,
    selection,
    names: names.value,
    ...(baseUrl !== undefined && { baseUrl }),
    force: values.force ?? false,
    json: values.json ?? false,
  }
}

function readNames(pairs: readonly string[], integration: string): Read<Map<string, string>> {
  const names = new Map<string, string>()
  for (const pair of pairs) {
    const at = pair.lastIndexOf('=')
    const [operation, name] = [pair.slice(0, Math.max(at, 0)), pair.slice(at + 1)]
    if (operation === '' || !/^[a-z][a-z0-9_]*$/.test(name) || integration.length + name.length > 63)
      return { reason: `--name ${JSON.stringify(pair)} is not like issues/create=create_issue.` }
    if ([...names.values()].includes(name)) return { reason: `--name gives the name ${name} twice.` }
    names.set(operation, name)
  }
  return { value: names }
}

/** Relative to the working directory where it lies below it. */
function shownPath(path: string): string {
  const short = relative(process.cwd(), path)
  const isInside = short !== '..' && !short.startsWith(`..${sep}`) && !isAbsolute(short)
  return (isInside ? short || '.' : path).split(sep).join('/')
}
