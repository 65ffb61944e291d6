/** Parameters → the input schema of an endpoint: closed, JSON Schema 2020-12, in source order. */
import type { JsonSchema } from './manifest.ts'
import { canCheck, deviations } from './conform.ts'
import { complaints, schemaMistake, validatorCode } from './validator.ts'
import { undeclaredRequired, type Parameter, type Report } from './parameter.ts'
import { suggest } from './suggest.ts'

const maxNodes = 2000

export function buildInputSchema(parameters: Parameter[], report: Report): JsonSchema {
  let usable = true
  for (const { name, schema } of parameters) {
    const mistake = schemaMistake(schema)
    if (mistake) {
      usable = false
      const { path, reason } = mistake
      report('SKILL_PARAMETER_SCHEMA', ['params', name, ...path], { param: name, reason })
    }
    const missing = undeclaredRequired(schema)
    if (!missing) continue
    const known = Object.keys(schema['properties'] as object)
    const reason =
      `required names ${missing.name}, which is no property. ${suggest(missing.name, known)}`.replace(
        /\.$/,
        '',
      )
    report('SKILL_PARAMETER_SCHEMA', ['params', name, 'required'], { param: name, reason })
  }
  const input: JsonSchema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
    additionalProperties: false,
  }
  if (countNodes(input) > maxNodes) report('SKILL_SCHEMA_TOO_LARGE', ['params'], { limit: maxNodes }, 'key')
  else if (usable) checkSamples(input, parameters, report)
  return input
}

/** Defaults and examples are read as advice; advice that would be refused is worse than none. */
function checkSamples(input: JsonSchema, parameters: Parameter[], report: Report): void {
  const check = (name: string, keyword: string, value: unknown, index?: number): void => {
    const { [name]: schema } = input['properties'] as Record<string, JsonSchema>
    if (schema && canCheck(schema) && deviations(schema, value).length === 0) return
    const inside = `/${name}`
    const [first] = complaints(input, { [name]: value }).filter(
      ({ instancePath }) => instancePath === inside || instancePath.startsWith(`${inside}/`),
    )
    if (!first) return
    const path = ['params', name, keyword, ...(index === undefined ? [] : [index])]
    report('SKILL_PARAMETER_DEFAULT', path, {
      keyword: index === undefined ? keyword : 'example',
      param: name,
      reason: first.message ?? first.keyword,
    })
  }
  try {
    validatorCode(input)
  } catch (error) {
    const reason = (error as Error).message.replace(/^strict mode: /, '').replace(/\.$/, '')
    report('SKILL_PARAMETER_SCHEMA', ['params'], { param: 'the parameters', reason }, 'key')
    return
  }
  for (const { name, schema } of parameters) {
    if (schema['default'] !== undefined) check(name, 'default', schema['default'])
    for (const [index, value] of ((schema['examples'] as unknown[] | undefined) ?? []).entries()) {
      check(name, 'examples', value, index)
    }
  }
}

function countNodes(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0
  return Object.values(value).reduce<number>((count, inner) => count + countNodes(inner), 1)
}
