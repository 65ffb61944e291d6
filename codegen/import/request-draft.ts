/**
 * An operation's parameters and body → `params` and `param_mapping` of an endpoint. A mapping is written only
 * where the place that the compiler would choose is not the right one.
 */
import { placeDefaults, type DefaultPlace } from '../body-kind.ts'
import type { BodyKind, JsonSchema } from '../manifest.ts'
import type { ApiParameter, Operation } from './api.ts'
import { chooseBody, type ChosenBody } from './body.ts'
import { isCredential, isLeftOut } from './left-out.ts'
import { parameterName } from './names.ts'
import { convertSchema, convertView, isUsableKey, markRequired, type Conversion } from './schema.ts'
import { viewSchema } from './schema-view.ts'

export interface RequestDraft {
  path: string
  params: Record<string, JsonSchema>
  mapping: Record<string, string>
  contentType?: string
  /** Parameter of the description → name here. */
  names: Map<string, string>
  reviews: string[]
}

export interface DraftOptions {
  conversion: Conversion
  depth: number
  isGoogle: boolean
  /** Headers that the integration sends already, in lower case. */
  headers: ReadonlySet<string>
}

const queryByDefault = ['GET', 'HEAD', 'DELETE']
const placeOfKind: Partial<Record<BodyKind, DefaultPlace>> = {
  form: 'form',
  multipart: 'part',
  raw: 'nowhere',
}

const keyForms: Record<'query' | 'form' | 'part' | 'body' | 'header', RegExp> = {
  query: /^[\w.~:@!$*+;[\]()/-]+$/,
  form: /^[A-Za-z0-9_$@[\]-]+$/,
  part: /^[A-Za-z0-9_$@-]+$/,
  body: /^[A-Za-z0-9_$@-]+$/,
  header: /^[A-Za-z0-9!#$%&'*+.^_`~-]+$/,
}

const longestKey = 200

function isWritable(place: keyof typeof keyForms, key: string): boolean {
  return key.length <= longestKey && keyForms[place].test(key)
}

export function draftRequest(
  operation: Operation,
  options: DraftOptions,
): RequestDraft | { refused: string } {
  const { conversion, depth } = options
  const body = chooseBody(operation, conversion.references)
  if (body && ['GET', 'HEAD'].includes(operation.method) && operation.bodyRequired)
    return { refused: `a ${operation.method} with a body` }
  const sent = ['GET', 'HEAD'].includes(operation.method) ? undefined : body
  const draft: RequestDraft = { path: operation.path, params: {}, mapping: {}, names: new Map(), reviews: [] }
  if (sent?.contentType !== undefined) draft.contentType = sent.contentType
  const writer = createWriter(draft, operation, sent?.kind ?? 'none')

  for (const parameter of withMissing(operation)) {
    if (isLeftOut(parameter, options.isGoogle)) continue
    if (parameter.in === 'header' && options.headers.has(parameter.name.toLowerCase())) continue
    if (parameter.in === 'cookie') {
      if (parameter.required) return { refused: 'it needs a cookie' }
      continue
    }
    const schema = parameterSchema(parameter, conversion, depth)
    const written =
      parameter.in === 'path' ? writer.addPath(parameter, schema) : writer.addOther(parameter, schema)
    if (!written && parameter.required)
      return {
        refused: `it needs the parameter ${JSON.stringify(parameter.name.slice(0, 60))}, whose name cannot be written`,
      }
  }
  if (sent) {
    const refused = addBody(sent, operation, options, writer, draft)
    if (refused !== undefined) return { refused }
  }
  draft.params = requiredFirst(draft.params)
  return draft
}

/** Placeholders that the description forgets to describe are text. */
function withMissing(operation: Operation): ApiParameter[] {
  const { parameters, path } = operation
  const names = [...path.matchAll(/\{([^{}]+?)\*?\}/g)].map((found) => found[1]!)
  const described = parameters.filter((each) => each.in !== 'path' || names.includes(each.name))
  const missing = names.filter((name) => !described.some((each) => each.in === 'path' && each.name === name))
  return [
    ...[...new Set(missing)].map((name): ApiParameter => ({
      name,
      in: 'path',
      required: true,
      description: '',
      schema: { type: 'string' },
      style: 'simple',
      explode: false,
      many: false,
      deprecated: false,
    })),
    ...described,
  ]
}

function parameterSchema(parameter: ApiParameter, conversion: Conversion, depth: number): JsonSchema {
  const view = viewSchema(parameter.schema, conversion.references)
  if (parameter.description !== '') view.facts['description'] = parameter.description
  if (parameter.deprecated) view.facts['deprecated'] = true
  if (view.types.length === 0 && view.alternatives.length === 0) view.types = ['string']
  const schema = convertView(view, conversion, depth)
  const isText = parameter.in === 'path' || parameter.in === 'header'
  if (
    isText &&
    !['string', 'integer', 'number', 'boolean', 'array'].includes(String(schema['type'])) &&
    !('anyOf' in schema)
  ) {
    const description = schema['description']
    return { type: 'string', ...(description !== undefined && { description }) }
  }
  return schema
}

function addBody(
  sent: ChosenBody,
  operation: Operation,
  { conversion, depth }: DraftOptions,
  writer: Writer,
  draft: RequestDraft,
): string | undefined {
  const { kind, fields, body } = sent
  const place = kind === 'json' ? 'body' : kind === 'form' ? 'form' : 'part'
  const usable = (name: string): boolean => isWritable(place, name) && isUsableKey(name)
  const mappable = fields && fields.required.every(usable) ? fields : undefined
  if (kind !== 'raw' && kind !== 'json' && !mappable)
    return `its ${kind} body has no fields that can be written`
  if (!mappable) {
    const whole =
      kind === 'raw' ? rawSchema(sent.contentType ?? '') : convertSchema(body.schema, conversion, depth)
    writer.add(
      kind === 'raw' ? 'content' : 'body',
      kind === 'raw' ? 'raw' : 'body',
      whole,
      operation.bodyRequired,
    )
    return undefined
  }
  if (mappable.partial)
    draft.reviews.push('the body may take other forms too; these are the keys of all of them')
  const inside = { ...conversion, around: [conversion.references.follow(body.schema)] }
  for (const [name, raw] of mappable.properties) {
    if (!usable(name)) {
      draft.reviews.push('keys of the body whose names cannot be written are left out')
      continue
    }
    const view = viewSchema(raw, conversion.references)
    const description = String(view.facts['description'] ?? '')
    if (view.facts['readOnly'] === true || (kind !== 'json' && isCredential({ name, description }))) continue
    const isRequired = operation.bodyRequired && mappable.required.includes(name)
    writer.add(name, `${place}.${name}`, convertSchema(raw, inside, depth), isRequired)
  }
  return undefined
}

function rawSchema(contentType: string): JsonSchema {
  return contentType.startsWith('text/') || contentType.endsWith('xml')
    ? { type: 'string', description: 'The whole body' }
    : { type: 'string', format: 'file', description: 'The whole body' }
}

interface Writer {
  add(name: string, target: string, schema: JsonSchema, required: boolean): void
  addPath(parameter: ApiParameter, schema: JsonSchema): boolean
  addOther(parameter: ApiParameter, schema: JsonSchema): boolean
}

const styleNames: Record<string, string> = {
  spaceDelimited: 'space',
  pipeDelimited: 'pipe',
  deepObject: 'deep',
}

/** Writes one parameter after another, under names that do not clash. */
function createWriter(draft: RequestDraft, operation: Operation, kind: BodyKind): Writer {
  const placeholders = new Set(
    [...operation.path.matchAll(/\{([^{}]+?)\*?\}/g)].map((found) => parameterName(found[1]!)),
  )
  const defaultPlace = queryByDefault.includes(operation.method) ? 'query' : (placeOfKind[kind] ?? 'body')
  const nameFor = (wanted: string, prefix: string): string => {
    const name = parameterName(wanted)
    const isFree = (candidate: string): boolean =>
      !Object.hasOwn(draft.params, candidate) && !placeholders.has(candidate)
    if (isFree(name)) return name
    for (let count = 1; ; count++) {
      const candidate = parameterName(`${prefix}_${name}${count === 1 ? '' : `_${count}`}`)
      if (isFree(candidate)) return candidate
    }
  }
  const add = (wanted: string, target: string, schema: JsonSchema, required: boolean): void => {
    const prefix = /^[a-z]+/.exec(target.replace(/^\?.*/, 'query'))![0]
    const name = nameFor(wanted, prefix)
    draft.params[name] = required ? markRequired(schema) : schema
    const byDefault = placeDefaults[defaultPlace]?.(name)
    const implied =
      byDefault &&
      { query: `?${name}`, body: `body.${name}`, form: `form.${name}`, part: `part.${name}` }[
        byDefault.in as 'query'
      ]
    if (implied !== target) draft.mapping[name] = target
    draft.names.set(`${prefix} ${wanted}`, name)
  }
  return {
    add,
    addPath: (parameter, schema) => {
      const name = parameterName(parameter.name)
      if (Object.hasOwn(draft.params, name)) return false
      const hole = `{${parameter.name}}`
      draft.path = draft.path.replace(hole, parameter.many ? `{${name}*}` : `{${name}}`)
      draft.params[name] = markRequired(schema)
      if (schema['type'] === 'array') draft.mapping[name] = `{${name}${parameter.many ? '*' : ''}} | csv`
      draft.names.set(`path ${parameter.name}`, name)
      return true
    },
    addOther: (parameter, schema) => {
      if (parameter.in === 'header') {
        if (!isWritable('header', parameter.name)) return false
        const filter = schema['type'] === 'array' ? ' | csv' : ''
        add(parameter.name, `header:${parameter.name}${filter}`, schema, parameter.required)
        return true
      }
      if (!isWritable('query', parameter.name)) return false
      if (parameter.contentType !== undefined) {
        add(parameter.name, `?${parameter.name} | json`, schema, parameter.required)
        return true
      }
      const style =
        parameter.style === 'form' ? (parameter.explode ? 'repeat' : 'csv') : styleNames[parameter.style]
      const isList = schema['type'] === 'array'
      const styled = isList && style !== undefined && style !== 'repeat' ? { ...schema, style } : schema
      if (schema['type'] === 'object' && style === 'repeat')
        draft.reviews.push('how an object is written into the query is a guess')
      add(parameter.name, `?${parameter.name}`, styled, parameter.required)
      return true
    },
  }
}

function requiredFirst(params: Record<string, JsonSchema>): Record<string, JsonSchema> {
  const entries = Object.entries(params)
  const isRequired = ([, schema]: [string, JsonSchema]): boolean => schema['required'] === true
  return Object.fromEntries([...entries.filter(isRequired), ...entries.filter((entry) => !isRequired(entry))])
}
