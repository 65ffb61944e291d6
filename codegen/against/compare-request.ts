/** An endpoint held against the operation it calls: where its parameters go, their types, what may not be missing. */
import type { Endpoint, Integration, JsonSchema, Target } from '../manifest.ts'
import type { ApiParameter, Body, Operation } from '../import/api.ts'
import { fieldsOf, kindOf } from '../import/body.ts'
import { isCredential } from '../import/left-out.ts'
import type { References } from '../import/references.ts'
import { viewSchema } from '../import/schema-view.ts'
import { suggest } from '../suggest.ts'
import { compareSchema, isOpen, type Comparison } from './compare-schema.ts'
import type { Finding } from './finding.ts'
import type { Entry, Found } from './operation-index.ts'

interface Context {
  endpoint: Endpoint
  integration: Integration
  operation: Operation
  references: References
  /** As problems call description and operation. */
  api: string
  name: string
  pairs: Map<string, string>
  /** The body of the description that the endpoint's is compared with. */
  body?: Body
  findings: Finding[]
}

/** Headers that any service takes. */
const standardHeaders = new Set([
  'accept',
  'accept-language',
  'content-type',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-unmodified-since',
  'prefer',
  'range',
  'user-agent',
])
const joinedStyles = ['csv', 'pipe', 'space']

export function compareRequest(
  endpoint: Endpoint,
  integration: Integration,
  { entry, match }: Found,
): Finding[] {
  const { operation, source } = entry
  const context: Context = {
    endpoint,
    integration,
    operation,
    references: source.api.references,
    api: source.file,
    name: nameOf(entry),
    pairs: match.pairs,
    findings: [],
  }
  chooseBody(context)
  for (const { param, split, to } of endpoint.request.mapping) {
    for (const target of to) compareTarget(context, param, target, split !== undefined)
  }
  for (const key of Object.keys(endpoint.request.query ?? {})) compareConstant(context, key)
  checkParameters(context)
  checkBody(context)
  return context.findings
}

export function nameOf({ operation }: Entry): string {
  return operation.id ?? operation.key
}

function chooseBody(context: Context): void {
  const { endpoint, operation, findings, api, name } = context
  const { body, content_type } = endpoint.request
  if (body === 'none' || body === 'graphql') return
  const same = operation.bodies.filter(({ contentType }) => kindOf(contentType) === body)
  const chosen =
    same.find(({ contentType }) => contentType === content_type) ?? same[0] ?? operation.bodies[0]
  if (chosen) context.body = chosen
  if (same.length > 0) return
  const kinds = [...new Set(operation.bodies.map(({ contentType }) => contentType))].slice(0, 6).join(', ')
  findings.push({
    rule: 'body',
    subject: body,
    details: { api, operation: name, kind: body, there: kinds === '' ? 'no body' : kinds },
    at: { key: ['request', 'content_type'], otherwise: ['method'] },
  })
}

type Place = 'path' | 'query' | 'header' | 'body' | 'form' | 'part'

function compareTarget(context: Context, param: string, target: Target, isSplit: boolean): void {
  const place = target.in as Place
  const described = describedTarget(context, target)
  if (described === undefined) return
  const at = Array.isArray(target.at) ? target.at.join('.') : target.at
  if ('known' in described) {
    context.findings.push({
      rule: 'parameter',
      subject: at,
      details: {
        api: context.api,
        operation: context.name,
        place: placeNames[place],
        name: at,
        suggestion: suggest(described.name, described.known, 'There'),
      },
      at: { param, part: at },
    })
    return
  }
  if (isSplit) return
  const { schema, filtered } = effectiveSchema(context.endpoint, param, target)
  const comparison: Comparison = {
    references: context.references,
    isText: !['body'].includes(place),
    isJoined: joinedStyles.includes(target.style ?? '') || place === 'path' || place === 'header',
  }
  for (const { rule, path, isKey, subject, actual, expected, known } of compareSchema(
    schema,
    described.schema,
    comparison,
  )) {
    const label = [param, ...path.filter((step) => !structural.has(String(step)))].join('.')
    context.findings.push({
      rule,
      subject: subject === '' ? param : subject,
      details: {
        api: context.api,
        operation: context.name,
        place: 'key',
        name: label,
        actual,
        expected,
        suggestion: suggest(rule === 'enum' ? subject : actual, known, 'There'),
      },
      at: filtered ? { param, part: at } : { param, schema: path, isKey },
    })
  }
}

const structural = new Set([
  'type',
  'enum',
  'const',
  'items',
  'properties',
  'anyOf',
  'oneOf',
  ...Array.from({ length: 200 }, (_, index) => String(index)),
])

const placeNames: Record<Place, string> = {
  path: 'path parameter',
  query: 'query parameter',
  header: 'header',
  body: 'body key',
  form: 'form field',
  part: 'form field',
}

/** What arrives there: filters turn values into text. */
function effectiveSchema(
  endpoint: Endpoint,
  param: string,
  target: Target,
): { schema: JsonSchema; filtered: boolean } {
  const properties = endpoint.input['properties'] as Record<string, JsonSchema>
  const filter = target.filters?.at(-1)
  if (filter === undefined) return { schema: properties[param] ?? {}, filtered: false }
  return { schema: { type: filter === 'unix' ? 'integer' : 'string' }, filtered: true }
}

type Described = { schema: unknown } | { name: string; known: string[] } | undefined

/** The description of a place; undefined when there is nothing to compare with. */
function describedTarget(context: Context, target: Target): Described {
  const { operation, pairs } = context
  const at = Array.isArray(target.at) ? '' : target.at
  const parameters = (place: ApiParameter['in']): ApiParameter[] =>
    operation.parameters.filter((each) => each.in === place)
  switch (target.in) {
    case 'path': {
      const name = pairs.get(at)
      const parameter = parameters('path').find((each) => each.name === name)
      return parameter && { schema: parameter.schema }
    }
    case 'query':
      return describedQuery(context, at, parameters('query'))
    case 'header': {
      const parameter = parameters('header').find((each) => each.name.toLowerCase() === at.toLowerCase())
      if (parameter) return { schema: parameter.schema }
      return standardHeaders.has(at.toLowerCase())
        ? undefined
        : { name: at, known: parameters('header').map(({ name }) => name) }
    }
    case 'body':
      return context.body && describedKey(context, Array.isArray(target.at) ? target.at : [target.at])
    case 'form':
    case 'part':
      return (
        context.body &&
        describedKey(
          context,
          at.split(/[[\]]+/).filter((step) => step !== ''),
        )
      )
    default:
      return undefined
  }
}

/** `ids[]` is `ids`; `page[size]` is a key of the object `page`. */
function describedQuery({ references }: Context, at: string, parameters: ApiParameter[]): Described {
  const bare = (name: string): string => name.replace(/\[\]$/, '')
  const exact =
    parameters.find(({ name }) => name === at) ?? parameters.find(({ name }) => bare(name) === bare(at))
  if (exact) return exact.contentType === undefined ? { schema: exact.schema } : undefined
  const [first = '', key] = at.split(/[[\]]+/)
  const object = key === undefined || key === '' ? undefined : parameters.find(({ name }) => name === first)
  if (!object) return { name: at, known: parameters.map(({ name }) => name) }
  const view = viewSchema(object.schema, references)
  if (isOpen(view)) return undefined
  return view.properties.has(key!)
    ? { schema: view.properties.get(key!) }
    : { name: key!, known: [...view.properties.keys()] }
}

function describedKey({ body, references }: Context, steps: readonly string[]): Described {
  let schema = body!.schema
  for (const step of steps) {
    const view = viewSchema(schema, references)
    const fields = fieldsOf(view, references)
    if (!fields) return view.types.length === 0 ? undefined : { name: step, known: [] }
    if (!fields.properties.has(step))
      return isOpen(view) ? undefined : { name: step, known: [...fields.properties.keys()] }
    schema = fields.properties.get(step)
  }
  return { schema }
}

function compareConstant(context: Context, key: string): void {
  const described = describedQuery(
    context,
    key,
    context.operation.parameters.filter((each) => each.in === 'query'),
  )
  if (!described || !('known' in described)) return
  context.findings.push({
    rule: 'parameter',
    subject: key,
    details: {
      api: context.api,
      operation: context.name,
      place: placeNames.query,
      name: key,
      suggestion: suggest(key, described.known, 'There'),
    },
    at: { key: ['request', 'query', key] },
  })
}

/** Required query parameters and headers are sent: by a required parameter, a constant or the credential. */
function checkParameters(context: Context): void {
  const { operation, endpoint, integration } = context
  const { query = {}, headers } = endpoint.request
  const injected = integration.auth.map(({ inject }) => inject)
  const queryKeys = [...Object.keys(query), ...injected.flatMap((inject) => Object.keys(inject.query))]
  const headerNames = [headers, integration.headers, ...injected.map((inject) => inject.headers)]
    .flatMap((each) => Object.keys(each))
    .map((name) => name.toLowerCase())
  for (const parameter of operation.parameters) {
    const { name, required } = parameter
    if (!required || isCredential(parameter)) continue
    if (parameter.in === 'query' && !queryKeys.includes(name)) {
      requireTarget(
        context,
        'query',
        name,
        ({ at }) => String(at).replace(/\[.*$/, '') === name.replace(/\[.*$/, ''),
      )
    }
    if (
      parameter.in === 'header' &&
      !standardHeaders.has(name.toLowerCase()) &&
      !headerNames.includes(name.toLowerCase())
    ) {
      requireTarget(context, 'header', name, ({ at }) => String(at).toLowerCase() === name.toLowerCase())
    }
  }
}

function checkBody(context: Context): void {
  const { body, operation, endpoint, references } = context
  if (!body || kindOf(body.contentType) === 'raw' || endpoint.request.mime) return
  const fields = fieldsOf(viewSchema(body.schema, references), references)
  if (!fields || !operation.bodyRequired) return
  for (const name of fields.required) {
    const view = viewSchema(fields.properties.get(name), references)
    if (
      view.facts['readOnly'] === true ||
      isCredential({ name, description: String(view.facts['description'] ?? '') })
    )
      continue
    requireTarget(context, 'body', name, ({ in: place, at }) => {
      if (place === 'raw' || (place === 'body' && at.length === 0)) return true
      const [first] = Array.isArray(at) ? at : at.split('[')
      return ['body', 'form', 'part'].includes(place) && first === name
    })
  }
}

function requireTarget(
  context: Context,
  place: Place,
  name: string,
  isTarget: (target: Target) => boolean,
): void {
  const { endpoint, findings } = context
  const senders = endpoint.request.mapping.filter(({ to }) =>
    to.some((target) => (placesFor[place] ?? [place]).includes(target.in) && isTarget(target)),
  )
  const required = endpoint.input['required'] as string[]
  // Parts of one value are only complete together with the one parameter that is always there.
  if (senders.some(({ param }) => required.includes(param))) return
  const [sender] = senders
  findings.push({
    rule: 'required',
    subject: name,
    details: {
      api: context.api,
      operation: context.name,
      place: placeNames[place],
      name,
      reason: sender ? `${sender.param} may be left out` : 'nothing sends it',
      remedy: sender ? 'Add required: true.' : `Add a parameter that goes to ${name}.`,
    },
    at: sender ? { param: sender.param, schema: [], isKey: true } : { key: ['params'] },
  })
}

const placesFor: Partial<Record<Place, Target['in'][]>> = { body: ['body', 'form', 'part', 'raw'] }
