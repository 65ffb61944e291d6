/**
 * The author face: `skillett build` and `skillett validate`.
 * Exit codes: 0 done, 1 problems (or, with --check, output that is not fresh), 2 wrong usage.
 */
import { realpathSync } from 'node:fs'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { checkSkills, compileSkills } from './compile.ts'
import { isError, sortProblems, type Problem } from './problem.ts'
import { readSkills, type Reading } from './read.ts'
import { plural, printCases, printDifference, printProblems, problemsJson, problemsSarif } from './report.ts'
import { compareOutput, isOutputFolder, writeOutput } from './write.ts'

const packageRoot = fileURLToPath(new URL('..', import.meta.url))

const usage = `Usage:
  skillett build [--check] [--skills DIR]… [--out DIR]
  skillett validate [--skills DIR]… [--against [NAME=]FILE]… [--json | --sarif]
  skillett test [INTEGRATION] [--skills DIR]… [--json]
  skillett import openapi|discovery FILE --integration NAME --out DIR [--only …] [--name …] [--json]
  skillett new integration NAME [--skills DIR]
  skillett new endpoint INTEGRATION/GROUP/NAME [--skills DIR]
`

interface Flags {
  check?: boolean
  json?: boolean
  sarif?: boolean
  skills?: string[]
  out?: string
  against?: string[]
}

/** Where output goes; a test reads it back. */
export interface Streams {
  stdout: { write(text: string): unknown }
  stderr: { write(text: string): unknown; isTTY?: boolean }
}

type Command = (flags: Flags, streams: Streams, names: string[]) => Promise<number>

const commands: Record<string, { run: Command; flags: (keyof Flags)[]; names?: number }> = {
  build: { run: build, flags: ['check', 'skills', 'out'] },
  validate: { run: validate, flags: ['skills', 'json', 'sarif', 'against'] },
  test: { run: test, flags: ['skills', 'json'], names: 1 },
  new: { run: create, flags: ['skills'], names: 2 },
}

const options = {
  check: { type: 'boolean' },
  json: { type: 'boolean' },
  sarif: { type: 'boolean' },
  skills: { type: 'string', multiple: true },
  out: { type: 'string' },
  against: { type: 'string', multiple: true },
} as const

/** Runs one command; the result is the exit code. */
export async function main(argv: string[], streams: Streams = process): Promise<number> {
  const [name = '', ...rest] = argv
  if (name === 'import') return (await import('./import/command.ts')).runImport(rest, streams)
  const command = Object.hasOwn(commands, name) ? commands[name]! : undefined
  if (!command) return refuse(streams, name === '' ? 'Name a command.' : `There is no command "${name}".`)
  let flags: Flags
  let names: string[]
  try {
    const parsed = parseArgs({ args: rest, options, allowPositionals: (command.names ?? 0) > 0 })
    flags = parsed.values as Flags
    names = parsed.positionals
  } catch (error) {
    return refuse(streams, (error as Error).message)
  }
  const foreign = (Object.keys(flags) as (keyof Flags)[]).find((flag) => !command.flags.includes(flag))
  if (foreign) return refuse(streams, `"skillett ${name}" takes no --${foreign}.`)
  if (names.length > (command.names ?? 0))
    return refuse(streams, `There are too many names: ${names.join(' ')}.`)
  return command.run(flags, streams, names)
}

async function build(flags: Flags, streams: Streams): Promise<number> {
  const { stderr } = streams
  const dir = resolve(flags.out ?? resolve(packageRoot, 'generated'))
  if (flags.out !== undefined && !isOutputFolder(dir)) {
    return refuse(streams, `${shownPath(dir)} holds files that are not from "skillett build".`)
  }
  const reading = read(flags)
  const { problems, output } = await compileSkills(reading, { dataOnly: flags.out !== undefined })
  stderr.write(print(problems, reading, stderr))
  if (!output) return 1
  if (flags.check) {
    const difference = compareOutput(output, dir)
    stderr.write(printDifference(difference, shownPath(dir)))
    return difference.changed.length + difference.missing.length + difference.orphaned.length === 0 ? 0 : 1
  }
  const { changed, missing, orphaned } = writeOutput(output, dir)
  const written = changed.length + missing.length
  stderr.write(`${shownPath(dir)}: ${written} written, ${orphaned.length} removed, ${output.size} in all\n`)
  return 0
}

async function validate(flags: Flags, streams: Streams): Promise<number> {
  const { stdout, stderr } = streams
  const reading = read(flags)
  const { problems: own, linked } = checkSkills(reading)
  const against =
    flags.against &&
    (await (await import('./against/compare-with.ts')).compareWith(flags.against, reading, linked))
  if (against && 'reason' in against) return refuse(streams, against.reason)
  const problems = against ? sortProblems([...own, ...against.problems]) : own
  if (flags.json) stdout.write(problemsJson(problems))
  else if (flags.sarif) stdout.write(problemsSarif(problems))
  else stderr.write(print(problems, reading, stderr))
  if (against && !flags.json && !flags.sarif) stderr.write(against.summary)
  if (problems.some(isError)) return 1
  if (!flags.json && !flags.sarif) {
    const endpoints = linked.reduce((count, skill) => count + skill.endpoints.length, 0)
    stderr.write(`${plural(linked.length, 'integration')}, ${plural(endpoints, 'endpoint')}: no errors\n`)
  }
  return 0
}

/** Runs every example without sending anything: its request and its answer are what the example says. */
async function test(flags: Flags, streams: Streams, [name]: string[]): Promise<number> {
  const { stdout, stderr } = streams
  const reading = read(flags)
  const { problems, linked } = checkSkills(reading)
  if (problems.some(isError)) {
    stderr.write(print(problems, reading, stderr))
    return 1
  }
  const chosen = linked.filter(({ integration }) => name === undefined || integration.name === name)
  if (name !== undefined && chosen.length === 0) return refuse(streams, `There is no integration "${name}".`)
  const { runCases } = await import('./cases.ts')
  const result = runCases(chosen)
  if (flags.json) stdout.write(`${JSON.stringify(result, null, 2)}\n`)
  else stderr.write(printCases(result))
  return result.failures.length === 0 ? 0 : 1
}

/** Writes a draft that validates as it stands. */
async function create(flags: Flags, streams: Streams, names: string[]): Promise<number> {
  const [kind = '', name = ''] = names
  const { draftEndpoint, draftIntegration, writeDraft } = await import('./skeleton.ts')
  const kinds: Record<string, typeof draftEndpoint> = {
    integration: draftIntegration,
    endpoint: draftEndpoint,
  }
  if (!Object.hasOwn(kinds, kind) || name === '') {
    return refuse(streams, 'Say what to write: an integration or an endpoint, and its name.')
  }
  const draft = kinds[kind]!(name)
  if (typeof draft === 'string') return refuse(streams, draft)
  const dir = resolve(flags.skills?.at(-1) ?? 'skills')
  const shown = shownPath(resolve(dir, draft.path))
  if (!writeDraft(dir, draft)) return refuse(streams, `${shown} is there already.`)
  streams.stderr.write(`${shown}\nEdit it, then run: skillett validate --skills ${shownPath(dir)}\n`)
  return 0
}

function print(problems: readonly Problem[], reading: Reading, stderr: Streams['stderr']): string {
  const texts = new Map(
    reading.folders.flatMap(({ sources }) => sources.map(({ file, text }) => [file, text] as const)),
  )
  return printProblems(problems, { texts, color: hasColor(stderr) })
}

/** https://no-color.org, and only where a person looks. */
function hasColor(stderr: Streams['stderr']): boolean {
  const { NO_COLOR, TERM } = process.env
  return stderr.isTTY === true && !NO_COLOR && TERM !== 'dumb'
}

function read(flags: Flags): Reading {
  const dirs = flags.skills ?? [resolve(packageRoot, 'skills')]
  return readSkills(dirs.map((dir) => ({ path: resolve(dir), shown: shownPath(resolve(dir)) })))
}

/** Relative to the working directory where it lies below it: short, and a link in terminals. */
function shownPath(path: string): string {
  const short = relative(process.cwd(), path)
  const inside = short !== '..' && !short.startsWith(`..${sep}`) && !isAbsolute(short)
  return (inside ? short || '.' : path).split(sep).join('/')
}

function refuse({ stderr }: Streams, reason: string): number {
  stderr.write(`${reason}\n${usage}`)
  return 2
}

// Started directly, also through a link.
if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2))
}
