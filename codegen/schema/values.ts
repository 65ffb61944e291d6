/**
 * Pieces that the schemas of both kinds of front matter share.
 * `x-reason` and `x-remedy` beside a pattern are what the author is told when a value does not fit it.
 */

export type ShapeSchema = { [keyword: string]: unknown }

export const text: ShapeSchema = { type: 'string', minLength: 1, maxLength: 2000 }
export const flag: ShapeSchema = { type: 'boolean' }
export const textList: ShapeSchema = { type: 'array', items: text, maxItems: 500, uniqueItems: true }
export const textMap: ShapeSchema = { type: 'object', additionalProperties: { type: 'string' } }
export const openMap: ShapeSchema = { type: 'object' }

/** A JMESPath expression. */
export const expression: ShapeSchema = { type: 'string', minLength: 1, maxLength: 2000, 'x-expression': true }

export const formatVersion: ShapeSchema = {
  type: 'integer',
  enum: [1],
}

export const duration: ShapeSchema = {
  type: 'string',
  pattern: '^[0-9]{1,6}(ms|s|m|h)$',
  'x-reason': 'a duration is a number with ms, s, m or h',
  'x-remedy': 'Write it like 30s.',
}

export const size: ShapeSchema = {
  type: 'string',
  pattern: '^[0-9]{1,6}(B|KiB|MiB|GiB)$',
  'x-reason': 'a size is a number with B, KiB, MiB or GiB',
  'x-remedy': 'Write it like 10MiB.',
}

export const url: ShapeSchema = {
  type: 'string',
  pattern: '^https?://[^\\s]+$',
  maxLength: 2000,
  'x-reason': 'not an http(s) URL',
  'x-remedy': 'Write it whole, like https://api.example.com.',
}

export const fieldName: ShapeSchema = {
  pattern: '^[a-z][a-z0-9_]*$',
  'x-reason': 'a name has lower-case letters, digits and _, and begins with a letter',
  'x-remedy': 'Rename it.',
}

export const headerMap: ShapeSchema = {
  type: 'object',
  propertyNames: {
    pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$",
    'x-reason': 'not a header name',
    'x-remedy': 'Write it like X-Request-Source.',
  },
  additionalProperties: {
    type: 'string',
    pattern: '^[\\x20-\\x7e\\x80-\\xff]*$',
    'x-reason': 'a header value is one line of text',
    'x-remedy': 'Remove control characters.',
  },
}

export const method: ShapeSchema = {
  type: 'string',
  enum: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
}

export const arrayStyle: ShapeSchema = {
  type: 'string',
  enum: ['repeat', 'csv', 'brackets', 'indexed', 'pipe', 'space', 'deep'],
}

export function closed(properties: Record<string, ShapeSchema>, required: string[] = []): ShapeSchema {
  return { type: 'object', properties, required, additionalProperties: false }
}

/** Objects are held to one schema, everything else to another: keeps messages about the branch the author took. */
export function objectOr(object: ShapeSchema, otherwise: ShapeSchema): ShapeSchema {
  return { if: { type: 'object' }, then: object, else: otherwise }
}

export const statuses: ShapeSchema = {
  type: 'array',
  items: { type: 'integer', minimum: 100, maximum: 599 },
  maxItems: 50,
}
