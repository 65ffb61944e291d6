/**
 * Request bodies: JSON text in, a checked object out. Every complaint is told at once, and as a value, because
 * the caller's key has to be judged before its body is.
 */
import { parse } from 'secure-json-parse'
import { fault, type Complaint, type Fault } from '../fault.ts'

/** What a field of a body may be. */
export interface Field {
  type: 'string' | 'boolean' | 'object' | 'strings' | 'any'
  required?: boolean
  /** Checked on strings. */
  pattern?: RegExp
  /** Says what `pattern` wants. */
  wants?: string
}

export type Body<Fields extends Record<string, Field>> = {
  [Name in keyof Fields]?: Fields[Name]['type'] extends 'string'
    ? string
    : Fields[Name]['type'] extends 'boolean'
      ? boolean
      : Fields[Name]['type'] extends 'strings'
        ? string[]
        : Fields[Name]['type'] extends 'object'
          ? Record<string, unknown>
          : unknown
}

/** Names people give: accounts, keys. No control characters, nothing invisible at the ends. */
export const label = {
  type: 'string',
  pattern: /^[^\s\p{C}]([^\p{C}]{0,98}[^\s\p{C}])?$/u,
  wants: 'must be 1 to 100 visible characters',
} as const satisfies Field

const checks: Record<Field['type'], { is: (value: unknown) => boolean; wants: string }> = {
  string: { is: (value) => typeof value === 'string', wants: 'must be a string' },
  boolean: { is: (value) => typeof value === 'boolean', wants: 'must be true or false' },
  any: { is: () => true, wants: '' },
  object: { is: isObject, wants: 'must be an object' },
  strings: {
    is: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
    wants: 'must be an array of strings',
  },
}

/** @returns the body with only the named fields, or the fault that says all that is wrong with it */
export function readBody<Fields extends Record<string, Field>>(
  text: unknown,
  fields: Fields,
): Body<Fields> | Fault {
  const parsed = parseJson(typeof text === 'string' && text !== '' ? text : '{}')
  if (!('value' in parsed)) return badRequest(parsed.reason)
  if (!isObject(parsed.value)) return badRequest('the body must be a JSON object')
  const body = parsed.value as Record<string, unknown>
  const complaints: Complaint[] = Object.keys(body)
    .filter((name) => !Object.hasOwn(fields, name))
    .map((name) => ({
      path: name,
      message: `is not a field here; there are ${Object.keys(fields).join(', ')}`,
    }))
  for (const [name, field] of Object.entries(fields)) {
    const value = body[name]
    const wants = value === undefined ? missing(field) : complaintAbout(value, field)
    if (wants !== null) complaints.push({ path: name, message: wants })
  }
  return complaints.length === 0 ? (body as Body<Fields>) : badRequest('see fields', complaints)
}

/** A fault that lists complaints, or gives one reason. */
export function badRequest(reason: string, fields?: Complaint[]): Fault {
  const listed = fields?.map(({ path, message }) => `${path} ${message}`).join('; ')
  return fault('bad_request', {
    fill: { reason: listed ?? reason },
    ...(fields === undefined ? {} : { fields }),
  })
}

function missing(field: Field): string | null {
  return field.required === true ? 'is required' : null
}

function complaintAbout(value: unknown, field: Field): string | null {
  const check = checks[field.type]
  if (!check.is(value)) return check.wants
  if (field.pattern !== undefined && !field.pattern.test(value as string))
    return field.wants ?? 'is not valid'
  return null
}

function parseJson(text: string): { value: unknown } | { reason: string } {
  const digits = firstInexactNumber(text)
  if (digits !== undefined)
    return {
      reason: `the number ${digits.slice(0, 40)} has more digits than can be kept; send it as a string`,
    }
  if (isTooDeep(text)) return { reason: `the body is nested deeper than ${mostDepth} levels` }
  try {
    return { value: parse(text, { protoAction: 'error', constructorAction: 'error' }) }
  } catch (error) {
    const cause = error instanceof SyntaxError ? error.message : ''
    return { reason: `the body is not valid JSON${cause === '' ? '' : ` (${cause.slice(0, 120)})`}` }
  }
}

/** JSON.stringify recurses; a body within this depth can always be written again. */
const mostDepth = 64

function isTooDeep(text: string): boolean {
  if (text.length < 2 * mostDepth) return false
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i]
    if (inString) {
      if (char === '\\') i += 1
      else if (char === '"') inString = false
    } else if (char === '"') inString = true
    else if (char === '[' || char === '{') {
      if ((depth += 1) > mostDepth) return true
    } else if (char === ']' || char === '}') depth -= 1
  }
  return false
}

/** The first integer outside of strings that a double cannot hold. */
function firstInexactNumber(text: string): string | undefined {
  if (!/\d{16}/.test(text)) return undefined
  // A string without an end runs to the end of the text: tried again from each of its quotes it would take hours.
  const tokens = text.match(/"(?:[^"\\]|\\[^])*"?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g) ?? []
  return tokens.find((token) => /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token)))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
