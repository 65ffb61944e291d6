/** `endpoint.schema.json`, `integration.schema.json`: JSON Schemas of the front matter, for editors to complete by. */
import { formats } from '../parameter.ts'
import { endpointSchema } from '../schema/endpoint.ts'
import { integrationSchema } from '../schema/integration.ts'
import type { ShapeSchema } from '../schema/values.ts'
import { json } from './index-json.ts'

const typeName: ShapeSchema = { enum: ['string', 'integer', 'number', 'boolean', 'array', 'object', 'null'] }

const parameter: ShapeSchema = {
  type: 'object',
  description: 'A JSON Schema (2020-12). "required: true" says that the parameter has to be given.',
  properties: {
    type: { anyOf: [typeName, { type: 'array', items: typeName }] },
    required: { type: ['boolean', 'array'] },
    description: { type: 'string' },
    format: { enum: formats },
    pattern: { type: 'string', description: 'RE2: no look-around, no back-references.' },
    style: { enum: ['repeat', 'csv', 'brackets', 'indexed', 'pipe', 'space', 'deep'] },
  },
}

export function emitAuthorSchemas(): Map<string, string> {
  const endpoint = structuredClone(endpointSchema) as { properties: Record<string, ShapeSchema> }
  endpoint.properties['params'] = { type: 'object', additionalProperties: parameter }
  endpoint.properties['param_mapping'] = {
    type: 'object',
    description: 'Where parameters go, such as repo: owner/repo → {owner}, {repo}. Quote what begins with {.',
    additionalProperties: { type: 'string' },
  }
  return new Map([
    ['endpoint.schema.json', emitSchema('Skillett endpoint', endpoint)],
    ['integration.schema.json', emitSchema('Skillett integration', integrationSchema)],
  ])
}

function emitSchema(title: string, schema: object): string {
  return json({ $schema: 'https://json-schema.org/draft/2020-12/schema', title, ...plain(schema) })
}

/** Without our own keywords; the remedy becomes the description that editors show. */
function plain(schema: object): object {
  return JSON.parse(JSON.stringify(schema), (_key, value: unknown) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
    const {
      'x-expression': expression,
      'x-reason': _reason,
      'x-remedy': remedy,
      ...rest
    } = value as Record<string, unknown>
    if (expression === true) return { ...rest, description: 'JMESPath' }
    return typeof remedy === 'string' ? { ...rest, description: remedy } : rest
  }) as object
}
