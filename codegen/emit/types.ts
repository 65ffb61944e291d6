/** `types.ts`: input and output types of one integration's endpoints. */
import type { LinkedSkill } from '../link.ts'
import type { Endpoint, JsonSchema } from '../manifest.ts'
import { banner, skillSource } from './banner.ts'
import { plainInterface } from './plain-types.ts'

export async function emitTypes({ integration, endpoints }: LinkedSkill): Promise<string> {
  const parts = [`// ${banner(skillSource(integration.name))}\n`]
  for (const endpoint of endpoints) parts.push(await emitEndpointTypes(endpoint))
  return parts.join('\n')
}

/** What one endpoint takes and answers. */
export async function emitEndpointTypes(endpoint: Endpoint): Promise<string> {
  const name = typeNameOf(endpoint)
  const subject = `${endpoint.integration} ${endpoint.name}.`
  const input = await emitType(`${name}Input`, endpoint.input, `Parameters of ${subject}`)
  if (!endpoint.output) return input
  return `${input}\n${await emitType(`${name}Output`, endpoint.output, `Answer of ${subject}`)}`
}

/** `github` `create_issue` → `GithubCreateIssue`. */
function typeNameOf({ integration, name }: Pick<Endpoint, 'integration' | 'name'>): string {
  return `${integration}_${name}`
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
}

async function emitType(name: string, schema: JsonSchema, description: string): Promise<string> {
  return indent(plainInterface(name, schema, description) ?? (await libraryType(name, schema, description)))
}

async function libraryType(name: string, schema: JsonSchema, description: string): Promise<string> {
  const { compile } = await import('json-schema-to-typescript')
  const { $schema: _, ...rest } = prepare(schema) as JsonSchema
  const text = await compile({ ...rest, title: name, description }, name, {
    additionalProperties: true,
    bannerComment: '',
    declareExternallyReferenced: false,
    format: false,
    // A list of at most 100 labels is not a union of a hundred tuples.
    ignoreMinAndMaxItems: true,
    unknownAny: true,
  })
  return text.trim()
}

/** Keywords whose values are data or names, not schemas. */
const opaque = new Set(['enum', 'const', 'default', 'examples', 'required', 'dependentRequired'])

/**
 * Titles would become types of their own. `properties` holds names, which may be spelled like keywords.
 */
function prepare(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(prepare)
  if (schema === null || typeof schema !== 'object') return schema
  const copy: JsonSchema = {}
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'title' || key === 'default' || key === 'examples') continue
    if (key === 'properties') {
      copy[key] = Object.fromEntries(
        Object.entries(value as object).map(([name, inner]) => [name, prepare(inner)]),
      )
    } else copy[key] = opaque.has(key) ? value : prepare(value)
  }
  return copy
}

/** Two spaces a level. The generator's own formatter is prettier, which takes longer than all the rest. */
function indent(text: string): string {
  let depth = 0
  const lines = text.split('\n').map((line) => {
    const trimmed = line.trim()
    const comment = trimmed.startsWith('*')
    if (!comment && /^[}\])]/.test(trimmed)) depth = Math.max(0, depth - 1)
    const indented = trimmed === '' ? '' : `${'  '.repeat(depth)}${comment ? ' ' : ''}${trimmed}`
    if (!comment && /[{[(]$/.test(trimmed)) depth++
    return indented
  })
  return `${lines.join('\n')}\n`
}
