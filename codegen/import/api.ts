/**
 * What an API description says, whatever its format: servers, ways to sign in, operations with their parameters
 * and bodies. Schemas stay as the vendor wrote them; schema-view.ts reads them, following local references.
 */
import type { References } from './references.ts'

export type Raw = Record<string, unknown>

export interface Api {
  title: string
  version: string
  /** As written; variables are in `{braces}`. */
  servers: Server[]
  securitySchemes: Record<string, Raw>
  operations: Operation[]
  /** Operations that the gateway has no form for. */
  refused: Refusal[]
  references: References
}

export interface Server {
  url: string
  variables: Record<string, Raw>
}

export interface Refusal {
  /** The operationId, or method and path. */
  operation: string
  reason: string
}

export interface Operation {
  /** The operationId, or method and path. */
  key: string
  id?: string
  method: string
  /** Template, below the server's path. */
  path: string
  tags: string[]
  summary: string
  description: string
  docs?: string
  deprecated: boolean
  parameters: ApiParameter[]
  /** In the order of the description; empty when none is sent. */
  bodies: Body[]
  bodyRequired: boolean
  answer?: Answer
  /** Alternatives; each is what one call needs at once. */
  security: Raw[]
  /** Instead of the description's. */
  servers?: Server[]
}

export interface ApiParameter {
  name: string
  in: 'path' | 'query' | 'header' | 'cookie'
  required: boolean
  description: string
  schema: unknown
  /** How an array or object is written, in the words of OpenAPI 3. */
  style: string
  explode: boolean
  /** The value is a document of this media type. */
  contentType?: string
  /** Fills several segments of the path. */
  many: boolean
  deprecated: boolean
}

export interface Body {
  contentType: string
  schema: unknown
  /** OpenAPI's `encoding`, by property. */
  encoding: Raw
}

export interface Answer {
  contentType?: string
  schema?: unknown
  /** In lower case. */
  headers: string[]
}

export function isMap(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Own values only: a description may name its keys `constructor` or `__proto__`. */
export function own(map: unknown, key: string): unknown {
  return isMap(map) && Object.hasOwn(map, key) ? map[key] : undefined
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
