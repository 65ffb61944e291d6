/** One endpoint for reading: `--help`, which begins with examples, and `--schema`, which is for programs. */

import { faults } from '#generated/errors.ts'
import type { JsonSchema } from '#manifest'
import type { Context } from './context.ts'
import type { EndpointTable } from './endpoint-table.ts'
import { describeTypes, itemsOf, propertiesOf, requiredOf, typesOf } from './schema.ts'
import { showText } from './terminal-view.ts'
import { ownFlags } from './words.ts'

export function showEndpoint(table: EndpointTable, asSchema: boolean, context: Context): number {
  if (asSchema)
    context.write(
      'stdout',
      `${JSON.stringify(describe(table), null, context.isTerminal('stdout') ? 2 : 0)}\n`,
    )
  else context.write('stdout', renderEndpoint(table))
  return 0
}

function describe(table: EndpointTable) {
  const { integration, name, description, annotations, scopes, input, output, examples, deprecated } = table
  return {
    integration,
    name,
    description,
    input,
    output: output ?? null,
    annotations,
    scopes,
    exit_codes: exitCodes(),
    examples: examples.map(({ run, title }) => ({ run, ...(title === undefined ? {} : { title }) })),
    ...(deprecated === undefined ? {} : { deprecated }),
  }
}

/** Exit code → the fault codes that end so. */
export function exitCodes(): Record<string, string[]> {
  const codes: Record<string, string[]> = { 0: ['ok'] }
  for (const [code, { exit }] of Object.entries(faults)) (codes[exit] ??= []).push(code)
  return codes
}

function renderEndpoint(table: EndpointTable): string {
  const { integration, name, title, description, annotations, scopes, input, examples, notes, deprecated } =
    table
  const marks = [
    annotations.read_only ? 'only reads' : 'writes',
    ...(annotations.destructive ? ['destructive: needs --yes'] : []),
    ...(annotations.idempotent ? ['may be repeated'] : []),
  ]
  const needs = [...scopes.all, ...(scopes.any.length > 0 ? [scopes.any.join(' or ')] : [])]
  const sections = [
    `${title} (${marks.join(', ')})`,
    ...(deprecated ? [`Deprecated. ${deprecated.message ?? ''}`.trim()] : []),
    section(
      'Examples',
      examples.flatMap(({ run, title: what }) => [...(what ? [`# ${what}`] : []), run]),
    ),
    description,
    section('Usage', [`skillett run ${integration} ${name} [flags]`]),
    section('Parameters', renderParameters(input)),
    section('Flags of every call', renderOwnFlags()),
    ...(needs.length > 0 ? [`Scopes: ${needs.join(', ')}`] : []),
    ...(notes.trim() === '' ? [] : [notes.trim()]),
  ]
  return `${showText(sections.filter((text) => text !== '').join('\n\n'))}\n`
}

function renderParameters(input: JsonSchema): string[] {
  const required = new Set(requiredOf(input))
  const rows = [...propertiesOf(input)].map(([name, schema]): [string, string] => {
    const shadowed = Object.hasOwn(ownFlags, name) ? ' (only through --json)' : ''
    const facts = [required.has(name) ? 'required' : '', describeAllowed(schema), describeDefault(schema)]
    const text = [String(schema['description'] ?? '').trim(), facts.filter(Boolean).join('; ')]
      .filter(Boolean)
      .join(' · ')
    return [`--${name} ${placeholder(schema)}${shadowed}`.trim(), text]
  })
  return align(rows)
}

function placeholder(schema: JsonSchema): string {
  const types = typesOf(schema)
  if (types.has('string')) return 'TEXT'
  if (types.has('array')) return `${placeholder(itemsOf(schema)) || 'true|false'}…`
  if (types.has('object')) return 'JSON'
  return types.has('boolean') ? '' : describeTypes(schema).toUpperCase()
}

function describeAllowed(schema: JsonSchema): string {
  const allowed = schema['enum'] ?? itemsOf(schema)['enum']
  return Array.isArray(allowed) ? `one of ${allowed.join(', ')}` : ''
}

function describeDefault(schema: JsonSchema): string {
  return 'default' in schema ? `default ${JSON.stringify(schema['default'])}` : ''
}

function renderOwnFlags(): string[] {
  return align(
    Object.entries(ownFlags).map(([name, { value, description }]) => [
      `--${name}${value ? ` ${value}` : ''}`,
      description,
    ]),
  )
}

export function section(heading: string, lines: string[]): string {
  return lines.length === 0 ? '' : `${heading}:\n${lines.map((line) => `  ${line}`).join('\n')}`
}

export function align(rows: [string, string][]): string[] {
  const width = Math.min(32, Math.max(0, ...rows.map(([left]) => left.length)))
  return rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`.trimEnd())
}
