/** Parameters → the input schema of an endpoint: closed, JSON Schema 2020-12, in source order. */
import type { JsonSchema } from './manifest.ts'
import { undeclaredRequired, type Parameter, type Report } from './parameter.ts'
import { suggest } from './suggest.ts'

const maxNodes = 2000

export function buildInputSchema(parameters: Parameter[], report: Report): JsonSchema {
  for (const { name, schema } of parameters) {
    const missing = undeclaredRequired(schema)
    if (!missing) continue
    const known = Object.keys(schema['properties'] as object)
    const reason =
      `required names ${missing.name}, which is no property. ${suggest(missing.name, known)}`.replace(
        /\.$/,
        '',
      )
    report('SKILL_PARAMETER_SCHEMA', ['params', name, 'required'], { param: name, reason })
  }
  const input: JsonSchema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
    additionalProperties: false,
  }
  if (countNodes(input) > maxNodes) report('SKILL_SCHEMA_TOO_LARGE', ['params'], { limit: maxNodes }, 'key')
  return input
}

function countNodes(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0
  return Object.values(value).reduce<number>((count, inner) => count + countNodes(inner), 1)
}
