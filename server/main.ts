/**
 * The operator's face: serve, migrate, admin. Loaded by the command line only for these commands.
 */
import { parseArgs } from 'node:util'
import { faults } from '#generated/errors.ts'
import { commands, runAdmin } from './admin.ts'
import { ConfigError, readConfig } from './config.ts'
import { fault, Fault } from './fault.ts'
import { openStore } from './open.ts'
import { serveUntilSignal } from './serve.ts'

type Command = (argv: string[]) => Promise<number>

const faces: Record<string, Command> = {
  serve: runServe,
  migrate: runMigrate,
  admin: async (argv) =>
    print(argv[0] === undefined || argv.includes('--help') ? adminHelp() : await runAdmin(argv)),
}

/** @returns the exit code; what went wrong is one JSON object on stderr */
export async function main(argv: string[]): Promise<number> {
  const [name = '', ...rest] = argv
  try {
    const face = faces[name]
    if (face === undefined)
      throw fault('usage', { fill: { reason: `there is no command "${name}"`, command: 'skillett' } })
    return await face(rest)
  } catch (error) {
    return complain(error)
  }
}

async function runServe(argv: string[]): Promise<number> {
  const { values } = readFlags(argv)
  const flags = {
    ...(values.port === undefined ? {} : { port: values.port }),
    ...(values.skills === undefined ? {} : { skills: values.skills }),
  }
  return serveUntilSignal(readConfig(flags), values['once-ready-file'])
}

function readFlags(args: string[]) {
  const options = {
    port: { type: 'string' },
    skills: { type: 'string', multiple: true },
    'once-ready-file': { type: 'string' },
  } as const
  try {
    return parseArgs({ args, options, strict: true })
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0]!
    throw fault('usage', { fill: { reason, command: 'skillett serve' } })
  }
}

async function runMigrate(): Promise<number> {
  const store = await openStore(readConfig(), 1)
  await store.close()
  return print({ applied: store.migrated })
}

function adminHelp(): unknown {
  const rows = Object.entries(commands).map(([name, { usage, summary }]) => [
    `skillett admin ${name} ${usage}`,
    summary,
  ])
  return { commands: Object.fromEntries(rows) }
}

function print(document: unknown): number {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
  return 0
}

/** The command line's error object (README, "Errors"), for faults and for everything else that stops a start. */
function complain(error: unknown): number {
  const known = error instanceof Fault ? error : null
  const reason = error instanceof Error ? error.message : String(error)
  const code = known?.code ?? (error instanceof ConfigError ? 'usage' : 'internal')
  const { exit, retry, outcome, hint } = faults[code]
  const document = {
    code,
    exit_code: exit,
    message:
      known === null
        ? reason
        : `${reason} ${hint.replace('{command}', String(known.details.fill?.['command'] ?? 'skillett'))}`,
    retryable: retry,
    retry_after_ms: null,
    outcome,
    request_id: null,
    fields:
      error instanceof ConfigError
        ? error.complaints.map(({ name, message }) => ({ path: name, message }))
        : [],
    next: [],
    docs: null,
    upstream: null,
  }
  process.stderr.write(`${JSON.stringify({ error: document })}\n`)
  return exit
}
