/** A Google discovery document → Api. Its schemas refer to each other by bare names. */
import { isMap, listOf, own, textOf, type Api, type ApiParameter, type Operation, type Raw } from './api.ts'
import type { Read } from './description-file.ts'
import { createReferences } from './references.ts'

const maxDepth = 12

export function readDiscovery(data: unknown): Read<Api> {
  if (!isMap(data) || typeof own(data, 'discoveryVersion') !== 'string') {
    const isOpenapi = isMap(data) && (Object.hasOwn(data, 'openapi') || Object.hasOwn(data, 'swagger'))
    return {
      reason: isOpenapi ? 'it is an OpenAPI description; use "import openapi"' : 'it has no discoveryVersion',
    }
  }
  const root = textOf(own(data, 'rootUrl')) + textOf(own(data, 'servicePath'))
  const oauth = own(own(data, 'auth'), 'oauth2')
  const api: Api = {
    title: textOf(own(data, 'title')) || textOf(own(data, 'name')),
    version: textOf(own(data, 'version')),
    servers: root === '' ? [] : [{ url: root, variables: {} }],
    securitySchemes: isMap(oauth) ? { oauth2: googleScheme(own(oauth, 'scopes')) } : {},
    operations: [],
    refused: [],
    references: createReferences(data, '/schemas'),
  }
  const visit = (node: unknown, tags: string[]): void => {
    const methods = own(node, 'methods')
    for (const name of isMap(methods) ? Object.keys(methods) : []) {
      const method = (methods as Raw)[name]
      if (isMap(method)) api.operations.push(readMethod(method, name, tags))
    }
    const resources = own(node, 'resources')
    for (const name of isMap(resources) && tags.length < maxDepth ? Object.keys(resources) : [])
      visit((resources as Raw)[name], [...tags, name])
  }
  visit(data, [])
  return { value: api }
}

function readMethod(raw: Raw, name: string, tags: string[]): Operation {
  const id = textOf(own(raw, 'id')) || name
  const path = textOf(own(raw, 'path')) || textOf(own(raw, 'flatPath'))
  const many = new Set([...path.matchAll(/\{\+(\w+)\}/g)].map((found) => found[1]!))
  const parameters = own(raw, 'parameters')
  const request = own(raw, 'request')
  const response = own(raw, 'response')
  const scopes = listOf(own(raw, 'scopes')).map(textOf)
  return {
    key: id,
    id,
    method: (textOf(own(raw, 'httpMethod')) || 'GET').toUpperCase(),
    path: `/${path.replaceAll('{+', '{').replace(/^\//, '')}`,
    tags: tags.length > 0 ? [tags.join(' ')] : [],
    summary: '',
    description: textOf(own(raw, 'description')),
    deprecated: own(raw, 'deprecated') === true,
    parameters: Object.entries(isMap(parameters) ? parameters : {})
      .filter((entry): entry is [string, Raw] => isMap(entry[1]))
      .map(([each, parameter]) => readParameter(each, parameter, many.has(each))),
    bodies: isMap(request) ? [{ contentType: 'application/json', schema: request, encoding: {} }] : [],
    bodyRequired: isMap(request),
    answer: {
      headers: [],
      ...(isMap(response) && { contentType: 'application/json', schema: response }),
    },
    // Any one of the scopes is enough.
    security: scopes.map((scope) => ({ oauth2: [scope] })),
  }
}

function readParameter(name: string, raw: Raw, many: boolean): ApiParameter {
  const { required, repeated, location, ...schema } = raw
  return {
    name,
    in: location === 'path' ? 'path' : 'query',
    required: required === true || location === 'path',
    description: textOf(own(raw, 'description')),
    schema: repeated === true ? { type: 'array', items: schema } : schema,
    style: location === 'path' ? 'simple' : 'form',
    explode: location !== 'path',
    many,
    deprecated: own(raw, 'deprecated') === true,
  }
}

function googleScheme(scopes: unknown): Raw {
  const described = Object.entries(isMap(scopes) ? scopes : {}).map(([scope, about]) => [
    scope,
    textOf(own(about, 'description')),
  ])
  return {
    type: 'oauth2',
    flows: {
      authorizationCode: {
        authorizationUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
        tokenUrl: 'https://oauth2.googleapis.com/token',
        scopes: Object.fromEntries(described) as Raw,
      },
    },
  }
}
