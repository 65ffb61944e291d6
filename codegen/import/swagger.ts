/** What Swagger 2.0 says otherwise than OpenAPI 3: servers, parameters without `schema`, bodies, security. */
import { isMap, listOf, own, textOf, type ApiParameter, type Body, type Raw, type Server } from './api.ts'

export function swaggerServers(data: Raw): Server[] {
  const host = textOf(own(data, 'host'))
  if (host === '') return []
  const schemes = listOf(own(data, 'schemes'))
  const scheme = schemes.length === 0 || schemes.includes('https') ? 'https' : textOf(schemes[0])
  return [{ url: `${scheme}://${host}${textOf(own(data, 'basePath'))}`, variables: {} }]
}

/** `collectionFormat` → style and explode. */
const formats: Record<string, [style: string, explode: boolean]> = {
  csv: ['form', false],
  ssv: ['spaceDelimited', false],
  tsv: ['form', false],
  pipes: ['pipeDelimited', false],
  multi: ['form', true],
}

const ownKeys = new Set(['name', 'in', 'required', 'collectionFormat', 'allowEmptyValue'])

export function swaggerParameter(raw: Raw): ApiParameter {
  const place = textOf(own(raw, 'in')) as ApiParameter['in']
  const [style, explode] = formats[textOf(own(raw, 'collectionFormat'))] ?? ['form', false]
  return {
    name: textOf(own(raw, 'name')),
    in: place,
    required: place === 'path' || own(raw, 'required') === true,
    description: textOf(own(raw, 'description')),
    schema: schemaOf(raw),
    style: place === 'query' ? style : 'simple',
    explode: place === 'query' && explode,
    many: own(raw, 'x-multi-segment') === true,
    deprecated: false,
  }
}

function schemaOf(raw: Raw): Raw {
  return Object.fromEntries(Object.entries(raw).filter(([key]) => !ownKeys.has(key) && key !== '__proto__'))
}

/** `in: body` and `in: formData` → bodies, one for each media type that is taken. */
export function swaggerBodies(
  parameters: readonly Raw[],
  consumes: unknown,
): { bodies: Body[]; required: boolean } {
  const types = listOf(consumes)
    .map((type) => textOf(type).toLowerCase())
    .filter((type) => type !== '')
  const body = parameters.find((parameter) => own(parameter, 'in') === 'body')
  if (body) {
    const schema = own(body, 'schema')
    const contentTypes = types.length > 0 ? types : ['application/json']
    return {
      bodies: contentTypes.map((contentType) => ({ contentType, schema, encoding: {} })),
      required: own(body, 'required') === true,
    }
  }
  const fields = parameters.filter((parameter) => own(parameter, 'in') === 'formData')
  if (fields.length === 0) return { bodies: [], required: false }
  const schema = {
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [textOf(own(field, 'name')), schemaOf(field)])),
    required: fields
      .filter((field) => own(field, 'required') === true)
      .map((field) => textOf(own(field, 'name'))),
  }
  const hasFile = fields.some((field) => own(field, 'type') === 'file')
  const taken = types.filter((type) => !type.startsWith('application/xml') && !type.startsWith('text/'))
  const standard = hasFile ? 'multipart/form-data' : 'application/x-www-form-urlencoded'
  const contentTypes = hasFile ? [standard] : [...new Set([...(taken.length > 0 ? taken : [standard])])]
  return {
    bodies: contentTypes.map((contentType) => ({ contentType, schema, encoding: {} })),
    required: true,
  }
}

const flows: Record<string, string> = {
  implicit: 'implicit',
  password: 'password',
  application: 'clientCredentials',
  accessCode: 'authorizationCode',
}

/** `securityDefinitions` in the form of `securitySchemes`. */
export function swaggerSecurity(raw: unknown): Record<string, Raw> {
  const found: Record<string, Raw> = {}
  for (const [name, scheme] of isMap(raw) ? Object.entries(raw) : []) {
    if (!isMap(scheme) || name === '__proto__') continue
    const { type, flow, ...rest } = scheme
    if (type === 'basic') found[name] = { type: 'http', scheme: 'basic' }
    else if (type === 'oauth2') found[name] = { type, flows: { [flows[textOf(flow)] ?? 'implicit']: rest } }
    else found[name] = { ...rest, type }
  }
  return found
}
