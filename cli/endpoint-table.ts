/**
 * Where the command line learns what an endpoint takes: from the package's own generated/ folder, one small file an
 * endpoint, or from the gateway, which may know skills that this package does not. Both come out in one shape.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Annotations, Endpoint, Example, JsonSchema, Scopes } from '#manifest'
import { describeStranger } from './answer.ts'
import { ask } from './client.ts'
import type { Gateway } from './gateway.ts'
import { usage } from './failure.ts'
import { takeBody } from './output.ts'

export interface EndpointTable {
  integration: string
  name: string
  group: string
  title: string
  description: string
  method: string
  /** Template; `{name}` is one path segment, `{name*}` several. */
  path: string
  annotations: Annotations
  scopes: Scopes
  input: JsonSchema
  output?: JsonSchema
  examples: Example[]
  notes: string
  deprecated?: Endpoint['deprecated']
}

/** Refuses words that cannot be a name, before they get into a file path or a URL. */
export function checkName(kind: 'integration' | 'endpoint', name: string) {
  if (/^[a-z0-9][a-z0-9_-]{0,63}$/i.test(name)) return
  throw usage(`${JSON.stringify(name.slice(0, 80))} cannot be the name of an ${kind}`, 'skillett run', {
    next: [{ command: 'skillett skills', why: 'lists the integrations' }],
  })
}

/** The names must have passed {@link checkName}. */
export function readPackaged(root: string, integration: string, name: string): EndpointTable | undefined {
  try {
    const file = join(root, 'generated', integration, 'endpoints', `${name}.json`)
    const { request, ...endpoint } = JSON.parse(readFileSync(file, 'utf8')) as Endpoint
    return { ...endpoint, method: request.method, path: request.path }
  } catch {
    // Not there, or not readable: the gateway knows better anyway.
    return undefined
  }
}

/** Fails as the gateway does: `not_found`, `unauthorized`, … */
export async function fetchTable(
  gateway: Gateway,
  integration: string,
  name: string,
): Promise<EndpointTable> {
  const path = `/v1/skills/${encodeURIComponent(integration)}/${encodeURIComponent(name)}`
  const answer = await ask(gateway, { method: 'GET', path, deadline: 10_000 })
  const body = takeBody(answer, { integration, readOnly: true })
  const table = readTable(body.toString())
  if (!table) throw describeStranger(answer, {}, { readOnly: true })
  return { ...table, integration, name }
}

/** Undefined when it lacks what a call depends on. What is not said to be harmless is taken for destructive. */
function readTable(text: string): EndpointTable | undefined {
  let table: Partial<EndpointTable> | null
  try {
    table = JSON.parse(text) as Partial<EndpointTable> | null
  } catch {
    return undefined
  }
  if (typeof table?.input !== 'object' || typeof table.path !== 'string') return undefined
  const pessimistic = { read_only: false, destructive: true, idempotent: false, open_world: true }
  const scopes = { all: [], any: [], ...table.scopes }
  const texts = { group: '', title: '', description: '', method: '', notes: '', examples: [] }
  return {
    ...texts,
    ...(table as EndpointTable),
    scopes,
    annotations: { ...pessimistic, ...table.annotations },
  }
}
