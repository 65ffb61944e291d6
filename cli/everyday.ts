/**
 * `skillett run INTEGRATION ENDPOINT …`: the call that agents make all day. Everything loaded here is paid for by
 * each of them, so there is no framework and nothing that only a page of help needs.
 */

import { ask } from './client.ts'
import { askPerson, quoteWords } from './confirmation.ts'
import { exit, type Context } from './context.ts'
import { readDuration } from './duration.ts'
import { checkName, fetchTable, readPackaged, type EndpointTable } from './endpoint-table.ts'
import { failure, printFailure, usage, type Failure } from './failure.ts'
import { findGateway, type Gateway } from './gateway.ts'
import { printJson, type JsonObject } from './json-text.ts'
import { printBody, takeBody } from './output.ts'
import { readArguments, type CallArguments } from './parameters.ts'
import { Sources } from './source.ts'
import { findNames } from './words.ts'

const defaultDeadline = 120_000

export async function runEndpoint(argv: string[], context: Context): Promise<number> {
  const { names, flags } = findNames(argv)
  const asksFor = (page: string) => flags.some((flag) => flag.name === page && flag.value !== 'false')
  const [integration, name] = names
  if (integration === undefined || name === undefined || asksFor('help') || asksFor('schema')) {
    const { loadProgram } = await import('./faces.ts')
    return loadProgram(context).runProgram(['run', ...argv], context)
  }
  checkName('integration', integration)
  checkName('endpoint', name)
  const packaged = readPackaged(context.root, integration, name)
  const gateway = findGateway(context)
  const { call, table } = await readCall(argv, packaged, gateway, { integration, name }, context)
  if (call.complaints.length > 0) throw describeComplaints(call, `skillett run ${integration} ${name}`)
  confirm(table, call, argv, context)
  return send(gateway, table, call, context)
}

/** Before anything is refused, the gateway is asked what the endpoint takes: its skills may be newer than these. */
async function readCall(
  argv: string[],
  packaged: EndpointTable | undefined,
  gateway: Gateway,
  { integration, name }: { integration: string; name: string },
  context: Context,
): Promise<{ call: CallArguments; table: EndpointTable }> {
  const sources = new Sources(context)
  if (packaged) {
    const call = readArguments(argv, packaged, sources)
    if (call.complaints.length === 0) return { call, table: packaged }
    const current = await fetchTable(gateway, integration, name).catch(() => undefined)
    if (!current) return { call, table: packaged }
    return { call: readArguments(argv, current, sources), table: current }
  }
  const table = await fetchTable(gateway, integration, name)
  return { call: readArguments(argv, table, sources), table }
}

function describeComplaints({ complaints }: CallArguments, command: string): Failure {
  const words = complaints.map(({ path, message }) => (path === '' ? message : `--${path} ${message}`))
  const count = words.length === 1 ? '' : `${words.length} problems: `
  return usage(count + words.join('; ').replace(/[.;]+$/, ''), command, {
    fields: complaints,
    next: [{ command: `${command} --help`, why: 'shows what the endpoint takes, with examples' }],
  })
}

function confirm(table: EndpointTable, call: CallArguments, argv: string[], context: Context) {
  if (!table.annotations.destructive || call.own.has('yes') || call.own.has('dry-run')) return
  if (askPerson(`${table.title}: this changes or removes what is there. Go on?`, context)) return
  throw failure(
    'confirmation_required',
    {},
    {
      next: [
        { command: quoteWords(['skillett', 'run', '--dry-run', ...argv]), why: 'shows what would be sent' },
        {
          command: quoteWords(['skillett', 'run', '--yes', ...argv]),
          why: 'makes it, once a person has agreed',
        },
      ],
    },
  )
}

async function send(
  gateway: Gateway,
  table: EndpointTable,
  { params, own }: CallArguments,
  context: Context,
): Promise<number> {
  const readOnly = table.annotations.read_only || own.has('dry-run')
  const answering = ask(gateway, {
    method: 'POST',
    path: `/v1/${table.integration}/${table.name}`,
    body: printCall(params, own),
    deadline: readDuration(own.get('timeout') ?? '') ?? defaultDeadline,
  })
  // After the request is on its way, because nothing is waited for so long as here.
  context.onInterrupt((code) => {
    const interrupted = failure(
      'interrupted',
      {},
      { exit: code, ...(readOnly ? { outcome: 'not_sent' } : {}) },
    )
    context.write('stderr', printFailure(interrupted, context.isTerminal('stderr')).text)
    exit(code)
  })
  const answer = await answering
  printBody(takeBody(answer, { integration: table.integration, readOnly }), context)
  return 0
}

function printCall(params: JsonObject, own: Map<string, string>): string {
  const text = (key: string) => (own.has(key) ? `,"${key}":${JSON.stringify(own.get(key))}` : '')
  const dryRun = own.has('dry-run') ? ',"dry_run":true' : ''
  return `{"params":${printJson(params)}${text('connection')}${text('identifier')}${dryRun}}`
}
