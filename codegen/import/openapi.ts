/** OpenAPI 3.0 and 3.1, and by way of swagger.ts 2.0 → Api. Pure; what has no form here is refused by name. */
import {
  isMap,
  listOf,
  own,
  textOf,
  type Answer,
  type Api,
  type ApiParameter,
  type Body,
  type Operation,
  type Raw,
  type Server,
} from './api.ts'
import type { Read } from './description-file.ts'
import { createReferences, type References } from './references.ts'
import { swaggerBodies, swaggerParameter, swaggerSecurity, swaggerServers } from './swagger.ts'

const methods = ['get', 'head', 'post', 'put', 'patch', 'delete']
const unsupported = ['options', 'trace', 'query']
const places = ['path', 'query', 'header', 'cookie']
const maxOperations = 20_000

export function readOpenapi(data: unknown): Read<Api> {
  const version = textOf(own(data, 'openapi')) || textOf(own(data, 'swagger'))
  if (typeof own(data, 'discoveryVersion') === 'string')
    return { reason: 'it is a Google discovery document; use "import discovery"' }
  if (!isMap(data) || !/^(2\.0|3\.[012](\.|$))/.test(version))
    return { reason: 'it is neither OpenAPI 3 nor Swagger 2.0' }
  const references = createReferences(data)
  const swagger = version.startsWith('2')
  const info = own(data, 'info')
  const schemes = swagger ? own(data, 'securityDefinitions') : own(own(data, 'components'), 'securitySchemes')
  const api: Api = {
    title: textOf(own(info, 'title')),
    version: textOf(own(info, 'version')),
    servers: swagger ? swaggerServers(data) : readServers(own(data, 'servers')),
    securitySchemes: swagger ? swaggerSecurity(schemes) : mapsOf(schemes, references),
    operations: [],
    refused: [],
    references,
  }
  const paths = own(data, 'paths')
  for (const path of isMap(paths) ? Object.keys(paths) : []) {
    const item = references.follow((paths as Raw)[path])
    if (!isMap(item) || !path.startsWith('/')) continue
    for (const method of methods) {
      const raw = own(item, method)
      if (!isMap(raw) || api.operations.length >= maxOperations) continue
      const operation = readOperation({ data, swagger, references }, path, method, item, raw)
      api.operations.push(operation)
    }
    for (const method of unsupported.filter((each) => isMap(own(item, each)))) {
      const name = method.toUpperCase()
      api.refused.push({ operation: `${name} ${path}`, reason: `the gateway sends no ${name}` })
    }
  }
  return { value: withUniqueKeys(api) }
}

interface Context {
  data: Raw
  swagger: boolean
  references: References
}

function readOperation(context: Context, path: string, method: string, item: Raw, raw: Raw): Operation {
  const { data, swagger, references } = context
  const parameters = mergeParameters(own(item, 'parameters'), own(raw, 'parameters'), references)
  const id = textOf(own(raw, 'operationId'))
  const requestBody = references.follow(own(raw, 'requestBody'))
  const { bodies, required } = swagger
    ? swaggerBodies(parameters, own(raw, 'consumes') ?? own(data, 'consumes'))
    : { bodies: contentOf(requestBody), required: isBodyRequired(own(requestBody, 'required'), method) }
  const servers = [...readServers(own(raw, 'servers')), ...readServers(own(item, 'servers'))]
  const docs = textOf(own(own(raw, 'externalDocs'), 'url'))
  const answer = readAnswer(context, own(raw, 'responses'), own(raw, 'produces') ?? own(data, 'produces'))
  return {
    key: id === '' ? `${method.toUpperCase()} ${path}` : id,
    ...(id !== '' && { id }),
    method: method.toUpperCase(),
    path,
    tags: listOf(own(raw, 'tags'))
      .map(textOf)
      .filter((tag) => tag !== ''),
    summary: textOf(own(raw, 'summary')),
    description: textOf(own(raw, 'description')),
    ...(docs !== '' && { docs }),
    deprecated: own(raw, 'deprecated') === true,
    parameters: parameters
      .filter((parameter) => places.includes(textOf(own(parameter, 'in'))))
      .map((parameter) => (swagger ? swaggerParameter(parameter) : readParameter(parameter))),
    bodies,
    bodyRequired: required,
    ...(answer && { answer }),
    security: listOf(own(raw, 'security') ?? own(data, 'security')).filter(isMap),
    ...(servers.length > 0 && { servers }),
  }
}

/** Many descriptions forget to say it; reading by GET does without. */
function isBodyRequired(written: unknown, method: string): boolean {
  return typeof written === 'boolean' ? written : method !== 'get' && method !== 'head'
}

/** An operation's own parameter takes the place of its path's. */
function mergeParameters(ofPath: unknown, ofOperation: unknown, references: References): Raw[] {
  const merged = new Map<string, Raw>()
  for (const each of [...listOf(ofPath), ...listOf(ofOperation)]) {
    const parameter = references.follow(each)
    if (isMap(parameter) && textOf(own(parameter, 'name')) !== '')
      merged.set(`${textOf(own(parameter, 'in'))} ${textOf(own(parameter, 'name'))}`, parameter)
  }
  return [...merged.values()]
}

function readParameter(raw: Raw): ApiParameter {
  const place = textOf(own(raw, 'in')) as ApiParameter['in']
  const content = own(raw, 'content')
  const contentType = isMap(content) ? Object.keys(content)[0] : undefined
  const style = textOf(own(raw, 'style')) || (place === 'query' || place === 'cookie' ? 'form' : 'simple')
  const explode = own(raw, 'explode')
  return {
    name: textOf(own(raw, 'name')),
    in: place,
    required: place === 'path' || own(raw, 'required') === true,
    description: textOf(own(raw, 'description')),
    schema: contentType === undefined ? own(raw, 'schema') : own(own(content, contentType), 'schema'),
    style,
    explode: typeof explode === 'boolean' ? explode : style === 'form',
    ...(contentType !== undefined && { contentType }),
    many: own(raw, 'x-multi-segment') === true || own(raw, 'allowReserved') === true,
    deprecated: own(raw, 'deprecated') === true,
  }
}

function contentOf(body: unknown): Body[] {
  const content = own(body, 'content')
  if (!isMap(content)) return []
  return Object.keys(content).map((contentType) => {
    const encoding = own(content[contentType], 'encoding')
    return {
      contentType: contentType.toLowerCase(),
      schema: own(content[contentType], 'schema'),
      encoding: isMap(encoding) ? encoding : {},
    }
  })
}

/** The first answer of success; JSON before anything else. */
function readAnswer(
  { swagger, references }: Context,
  responses: unknown,
  produces: unknown,
): Answer | undefined {
  if (!isMap(responses)) return undefined
  const code = Object.keys(responses)
    .filter((each) => /^2(\d\d|XX)$/i.test(each))
    .sort()[0]
  if (code === undefined) return undefined
  const response = references.follow(responses[code])
  const headers = own(response, 'headers')
  const names = isMap(headers) ? Object.keys(headers).map((name) => name.toLowerCase()) : []
  if (swagger) {
    const type = listOf(produces).map(textOf)[0]
    const schema = own(response, 'schema')
    return {
      headers: names,
      ...(type !== undefined && { contentType: type }),
      ...(schema !== undefined && { schema }),
    }
  }
  const contents = contentOf(response)
  const content = contents.find(({ contentType }) => isJson(contentType)) ?? contents[0]
  return { headers: names, ...(content && { contentType: content.contentType, schema: content.schema }) }
}

export function isJson(contentType: string): boolean {
  const type = contentType.split(';')[0]!.trim().toLowerCase()
  return type === 'application/json' || type.endsWith('+json') || type === '*/*'
}

function readServers(raw: unknown): Server[] {
  return listOf(raw)
    .filter((server) => textOf(own(server, 'url')) !== '')
    .map((server) => {
      const variables = own(server, 'variables')
      const named = isMap(variables) ? Object.entries(variables).filter((entry) => isMap(entry[1])) : []
      return { url: textOf(own(server, 'url')), variables: Object.fromEntries(named) as Record<string, Raw> }
    })
}

function mapsOf(raw: unknown, references: References): Record<string, Raw> {
  const found: Record<string, Raw> = {}
  for (const key of isMap(raw) ? Object.keys(raw) : []) {
    const value = references.follow((raw as Raw)[key])
    if (isMap(value) && key !== '__proto__') found[key] = value
  }
  return found
}

/** Some descriptions use an operationId twice; the later ones go by method and path. */
function withUniqueKeys(api: Api): Api {
  const seen = new Set<string>()
  for (const operation of api.operations) {
    if (seen.has(operation.key)) operation.key = `${operation.method} ${operation.path}`
    seen.add(operation.key)
  }
  return api
}
