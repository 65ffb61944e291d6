/** A GraphQL document of a skill held against the service's schema: fields, arguments, and the types of variables. */
import type * as GraphQl from 'graphql'
import type { Endpoint, JsonSchema } from '../manifest.ts'
import { suggest } from '../suggest.ts'
import type { Finding } from './finding.ts'

export interface DescribedGraphql {
  file: string
  integration: string
  schema: GraphQl.GraphQLSchema
  graphql: typeof GraphQl
}

const jsonTypes: Record<string, string[]> = {
  String: ['string'],
  ID: ['string', 'integer'],
  Int: ['integer'],
  Float: ['number', 'integer'],
  Boolean: ['boolean'],
}

/** The package `graphql` belongs to authors, not to the gateway; it is loaded when a schema is given. */
export async function loadGraphql(): Promise<typeof GraphQl | undefined> {
  try {
    return await import('graphql')
  } catch {
    return undefined
  }
}

export function compareGraphql(endpoint: Endpoint, described: DescribedGraphql): Finding[] {
  const { graphql, schema, file } = described
  const { query = '', operation } = endpoint.request.graphql ?? {}
  const findings: Finding[] = []
  const blame = (reason: string, subject: string, at: Finding['at'], remedy = ''): void => {
    const hint = remedy === '' ? 'Compare it with the schema.' : remedy
    findings.push({
      rule: 'graphql',
      subject,
      details: { api: file, reason: reason.replace(/\.$/, ''), remedy: hint },
      at,
    })
  }
  let document
  try {
    document = graphql.parse(query, { maxTokens: 5000 })
  } catch (error) {
    blame(`The document cannot be parsed: ${(error as Error).message}`, 'syntax', {
      key: ['graphql', 'query'],
    })
    return findings
  }
  for (const error of graphql.validate(schema, document)) {
    const location = error.nodes?.[0]?.loc
    const part = location ? tokenAt(query, location.start) : ''
    const [reason = '', ...more] = error.message.split(/(?=Did you mean)/)
    blame(reason.trim(), part, { key: ['graphql', 'query'], ...(part !== '' && { part }) }, more.join(' '))
  }
  const node = graphql.getOperationAST(document, operation)
  for (const variable of node?.variableDefinitions ?? []) {
    const type = graphql.typeFromAST(schema, variable.type as GraphQl.NamedTypeNode)
    if (type) compareVariable({ endpoint, described, blame }, variable, type as GraphQl.GraphQLInputType)
  }
  return findings
}

function tokenAt(query: string, offset: number): string {
  return /^(\.\.\.\s*)?[$@]?\w+/.exec(query.slice(offset))?.[0] ?? ''
}

interface Context {
  endpoint: Endpoint
  described: DescribedGraphql
  blame(reason: string, subject: string, at: Finding['at'], remedy?: string): void
}

function compareVariable(
  context: Context,
  variable: GraphQl.VariableDefinitionNode,
  type: GraphQl.GraphQLInputType,
): void {
  const { endpoint, described, blame } = context
  const { graphql } = described
  const name = variable.variable.name.value
  const required = endpoint.input['required'] as string[]
  const senders = endpoint.request.mapping.filter(({ to }) =>
    to.some((target) => target.in === 'var' && target.at[0] === name),
  )
  const isNeeded = graphql.isNonNullType(type) && !variable.defaultValue
  if (isNeeded && senders.length === 0)
    blame(
      `Nothing fills the variable $${name}, which has to be there`,
      name,
      { key: ['graphql', 'query'], part: `$${name}` },
      'Map a required parameter to it.',
    )
  for (const { param, to } of senders) {
    for (const { in: place, at, filters } of to) {
      if (place !== 'var' || at[0] !== name) continue
      const reached = reach(context, type, [...at].slice(1), param)
      if (!reached) continue
      const schema = filters?.length
        ? { type: 'string' }
        : (endpoint.input['properties'] as Record<string, JsonSchema>)[param]!
      compareType(context, schema, reached, param, [])
      if (isNeeded && at.length === 1 && !required.includes(param))
        blame(
          `$${name} has to be there, and ${param} may be left out`,
          name,
          { param, schema: [], isKey: true },
          'Add required: true.',
        )
    }
  }
  const inner = graphql.getNullableType(type)
  const isSpread = senders.some(({ to }) =>
    to.some(({ in: place, at }) => place === 'var' && at[0] === name && at.length > 1),
  )
  if (!graphql.isInputObjectType(inner) || !isSpread) return
  for (const field of Object.values(inner.getFields())) {
    if (!graphql.isRequiredInputField(field)) continue
    const isSent = senders.some(
      ({ param, to }) =>
        required.includes(param) && to.some(({ at }) => at[0] === name && at[1] === field.name),
    )
    if (!isSent)
      blame(
        `${inner.name} needs the field ${field.name}`,
        field.name,
        { key: ['params'] },
        `Send a required parameter to var.${name}.${field.name}.`,
      )
  }
}

/** The type of a key inside a variable. */
function reach(
  context: Context,
  type: GraphQl.GraphQLInputType,
  steps: string[],
  param: string,
): GraphQl.GraphQLInputType | undefined {
  const { graphql } = context.described
  let reached: GraphQl.GraphQLInputType = type
  for (const step of steps) {
    const inner = graphql.getNullableType(reached)
    if (!graphql.isInputObjectType(inner)) return undefined
    const fields: GraphQl.GraphQLInputFieldMap = inner.getFields()
    const field = Object.hasOwn(fields, step) ? fields[step] : undefined
    if (!field) {
      context.blame(
        `${inner.name} has no field ${step}`,
        step,
        { param, part: step },
        suggest(step, Object.keys(fields), 'Fields'),
      )
      return undefined
    }
    reached = field.type
  }
  return reached
}

function compareType(
  context: Context,
  schema: JsonSchema,
  type: GraphQl.GraphQLInputType,
  param: string,
  path: (string | number)[],
): void {
  const { graphql } = context.described
  const { blame } = context
  const inner = graphql.getNullableType(type)
  const types = ([schema['type'] ?? []].flat() as string[]).filter((each) => each !== 'null')
  const wrong = (expected: string[]): void => {
    const bad = types.find((each) => !expected.includes(each))
    if (bad !== undefined)
      blame(
        `${[param, ...path].join('.')} is ${bad}, and the schema wants ${String(inner)}`,
        param,
        { param, schema: [...path, 'type'], isKey: false },
        `Write type: ${expected[0]}.`,
      )
  }
  if (graphql.isScalarType(inner)) {
    if (Object.hasOwn(jsonTypes, inner.name)) wrong(jsonTypes[inner.name]!)
  } else if (graphql.isEnumType(inner)) {
    wrong(['string'])
    const known = inner.getValues().map(({ name }) => name)
    for (const [index, value] of ((schema['enum'] as unknown[] | undefined) ?? []).entries()) {
      if (value !== null && !known.includes(String(value)))
        blame(
          `${inner.name} has no value ${String(value)}`,
          String(value),
          { param, schema: [...path, 'enum', index], isKey: false },
          suggest(String(value), known, 'Values'),
        )
    }
  } else if (graphql.isListType(inner)) {
    const items = schema['items'] as JsonSchema | undefined
    // GraphQL takes one value for a list of one.
    if (types.includes('array') && items) compareType(context, items, inner.ofType, param, [...path, 'items'])
    else if (!types.includes('array')) compareType(context, schema, inner.ofType, param, path)
  } else if (graphql.isInputObjectType(inner)) {
    wrong(['object'])
    const fields = inner.getFields()
    for (const [name, property] of Object.entries(
      (schema['properties'] as Record<string, JsonSchema> | undefined) ?? {},
    )) {
      const here = [...path, 'properties', name]
      if (Object.hasOwn(fields, name)) compareType(context, property, fields[name]!.type, param, here)
      else
        blame(
          `${inner.name} has no field ${name}`,
          name,
          { param, schema: here, isKey: true },
          suggest(name, Object.keys(fields), 'Fields'),
        )
    }
  }
}
