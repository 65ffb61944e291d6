/** Which of the bodies that an operation takes an endpoint sends, and whether its keys become parameters. */
import type { BodyKind } from '../manifest.ts'
import type { Body, Operation } from './api.ts'
import { isJson } from './openapi.ts'
import type { References } from './references.ts'
import { viewSchema, type SchemaView } from './schema-view.ts'

export interface ChosenBody {
  kind: BodyKind
  /** When it is not the one that the kind implies. */
  contentType?: string
  body: Body
  /** The keys of an object; undefined when the body is one value. */
  fields?: Fields
}

export interface Fields {
  properties: Map<string, unknown>
  required: string[]
  /** The description also allows other forms. */
  partial: boolean
}

const maxFields = 120

/** JSON before forms, forms before files, and anything else as it is. */
const kinds: [kind: BodyKind, matches: (type: string) => boolean][] = [
  ['json', isJson],
  ['form', (type) => type.startsWith('application/x-www-form-urlencoded')],
  ['multipart', (type) => type.startsWith('multipart/')],
  ['raw', () => true],
]

/** Of several forms of one kind. */
const preferred = new Set(['application/json', 'message/rfc822', 'application/octet-stream', 'text/plain'])

const standard: Partial<Record<BodyKind, string>> = { json: 'application/json' }

export function kindOf(contentType: string): BodyKind {
  return kinds.find(([, matches]) => matches(contentType))![0]
}

export function chooseBody(operation: Operation, references: References): ChosenBody | undefined {
  for (const [kind, matches] of kinds) {
    const fitting = operation.bodies.filter(({ contentType }) => matches(contentType))
    const body = fitting.find(({ contentType }) => preferred.has(contentType)) ?? fitting[0]
    if (!body) continue
    const type =
      body.contentType === '*/*' && kind === 'json'
        ? 'application/json'
        : body.contentType.split(';')[0]!.trim()
    const contentType =
      kind === 'raw' && !/^[\w.+-]+\/[\w.+-]+$/.test(type) ? 'application/octet-stream' : type
    const view = viewSchema(body.schema, references)
    const fields = kind === 'raw' ? undefined : fieldsOf(view, references)
    return {
      kind,
      body,
      ...(contentType !== standard[kind] && { contentType }),
      ...(fields && fields.properties.size > 0 && fields.properties.size <= maxFields && { fields }),
    }
  }
  return undefined
}

/** How many alternatives of alternatives are looked at. */
const maxAlternatives = 200

/** The keys of an object, those of all its alternatives together; undefined when it is no object. */
export function fieldsOf(
  view: SchemaView,
  references: References,
  budget = { left: maxAlternatives },
): Fields | undefined {
  if (view.types.length > 0 && !view.types.includes('object')) return undefined
  const fields: Fields = {
    properties: new Map(view.properties),
    required: [...view.required],
    partial: view.types.length > 1,
  }
  let common: string[] | undefined
  for (const alternative of view.alternatives) {
    if (budget.left-- <= 0) break
    const inner = fieldsOf(viewSchema(alternative, references), references, budget)
    if (!inner) fields.partial = true
    else {
      for (const [name, schema] of inner.properties)
        if (!fields.properties.has(name)) fields.properties.set(name, schema)
      common = common === undefined ? inner.required : common.filter((name) => inner.required.includes(name))
      if (inner.required.length > 0) fields.partial = true
    }
  }
  if (view.types.length === 0 && fields.properties.size === 0) return undefined
  fields.required.push(...(common ?? []).filter((name) => !fields.required.includes(name)))
  return fields
}
