/** Reading a parameter's JSON Schema: which types it allows, and which schema a key or an item has. */

import type { JsonSchema } from '#manifest'

export type TypeName = 'string' | 'integer' | 'number' | 'boolean' | 'null' | 'array' | 'object'

const everyType: TypeName[] = ['string', 'integer', 'number', 'boolean', 'null', 'array', 'object']

/** Of a union all members' types; of a schema that says nothing, every type. */
export function typesOf(schema: JsonSchema): Set<TypeName> {
  const { type, enum: allowed } = schema
  if (typeof type === 'string') return new Set([type as TypeName])
  if (Array.isArray(type)) return new Set(type as TypeName[])
  const branches = [schema['oneOf'], schema['anyOf']].find((list) => Array.isArray(list)) as
    JsonSchema[] | undefined
  if (branches) return new Set(branches.flatMap((branch) => [...typesOf(branch)]))
  if (Array.isArray(allowed) && allowed.every((value) => typeof value === 'string'))
    return new Set(['string'])
  return new Set(everyType)
}

export function propertiesOf(schema: JsonSchema): Map<string, JsonSchema> {
  const properties = schema['properties']
  return new Map(isRecord(properties) ? (Object.entries(properties) as [string, JsonSchema][]) : [])
}

/** The schema of one key of an object; undefined when the schema is closed against it. */
export function propertyOf(schema: JsonSchema, key: string): JsonSchema | undefined {
  const own = propertiesOf(schema).get(key)
  if (own !== undefined) return own
  const others = schema['additionalProperties']
  if (others === false) return undefined
  return isRecord(others) ? others : {}
}

export function itemsOf(schema: JsonSchema): JsonSchema {
  const items = schema['items']
  return isRecord(items) ? items : {}
}

export function requiredOf(schema: JsonSchema): string[] {
  return Array.isArray(schema['required']) ? (schema['required'] as string[]) : []
}

/** "integer", "string or null": for messages. */
export function describeTypes(schema: JsonSchema): string {
  const types = [...typesOf(schema)]
  return types.length === everyType.length ? 'any value' : types.join(' or ')
}

function isRecord(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
