/**
 * Values as text, for every place that is not JSON: path, query, header, form. And the filters of `param_mapping`.
 */
import type { ArrayStyle, Filter } from '#manifest'

/** A filter could not be applied; the message says what the value should have been. */
export class FilterError extends Error {}

export function asText(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}

/** No half of a surrogate pair anywhere: URLs, forms and UTF-8 cannot carry one. */
export function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([name, part]) => name.isWellFormed() && isWellFormed(part))
}

export const filters: Record<Filter, (value: unknown) => unknown> = {
  base64: (value) => Buffer.from(asText(value)).toString('base64'),
  base64url: (value) => Buffer.from(asText(value)).toString('base64url'),
  json: (value) => JSON.stringify(value),
  csv: (value) => (Array.isArray(value) ? value.map(asText).join(',') : asText(value)),
  unix: (value) => Math.floor(instant(value).getTime() / 1000),
  rfc3339: (value) => instant(value).toISOString(),
  lower: (value) => asText(value).toLowerCase(),
}

/** RFC 3339 text, or seconds since 1970. */
function instant(value: unknown): Date {
  const date = new Date(typeof value === 'number' ? value * 1000 : asText(value))
  if (Number.isNaN(date.getTime()))
    throw new FilterError('must be a date and time such as 2026-01-31T09:00:00Z')
  return date
}

/** How an array is written into a query or a form: key and value → pairs, not yet encoded. */
const arrayStyles: Record<ArrayStyle, (key: string, items: string[]) => [string, string][]> = {
  repeat: (key, items) => items.map((item) => [key, item]),
  csv: (key, items) => [[key, items.join(',')]],
  pipe: (key, items) => [[key, items.join('|')]],
  space: (key, items) => [[key, items.join(' ')]],
  brackets: (key, items) => items.map((item) => [`${key}[]`, item]),
  indexed: (key, items) => items.map((item, i) => [`${key}[${i}]`, item]),
  deep: (key, items) => items.map((item, i) => [`${key}[${i}]`, item]),
}

/** One parameter as query or form pairs. Objects are written `key[name]=value`, nested ones likewise. */
export function pairs(key: string, value: unknown, style: ArrayStyle): [string, string][] {
  if (value === null) return []
  if (Array.isArray(value)) return arrayStyles[style](key, value.map(asText))
  if (typeof value !== 'object') return [[key, asText(value)]]
  return Object.entries(value as object).flatMap(([name, part]) => pairs(`${key}[${name}]`, part, style))
}

/** RFC 3986 query encoding. Brackets stay readable, as every server takes them. */
export function encodePairs(list: [string, string][]): string {
  return list
    .map(([key, value]) => `${encode(key).replaceAll('%5B', '[').replaceAll('%5D', ']')}=${encode(value)}`)
    .join('&')
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
