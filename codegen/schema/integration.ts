/** The shape of an integration's SKILL.md front matter. */
import { excuseSchema } from '../against/excuse.ts'
import { authSchema } from './auth.ts'
import { errors, pagination, rateLimit, retry } from './behaviour.ts'
import {
  arrayStyle,
  closed,
  duration,
  expression,
  fieldName,
  flag,
  formatVersion,
  headerMap,
  method,
  size,
  text,
  textList,
  url,
  type ShapeSchema,
} from './values.ts'

const variable = closed(
  {
    from: { type: 'string', enum: ['user', 'token_response', 'post_connect', 'static'] },
    type: { type: 'string', enum: ['string'] },
    title: text,
    description: text,
    example: text,
    pattern: { type: 'string', minLength: 1, maxLength: 500 },
    value: { type: 'string' },
    select: expression,
    host_suffix: text,
    request: closed({ path: text, method }, ['path']),
    choose: flag,
  },
  ['from'],
)

const variableByOrigin: ShapeSchema = {
  ...variable,
  allOf: [
    { if: { properties: { from: { const: 'static' } }, required: ['from'] }, then: { required: ['value'] } },
    {
      if: { properties: { from: { const: 'token_response' } }, required: ['from'] },
      then: { required: ['select'] },
    },
    {
      if: { properties: { from: { const: 'post_connect' } }, required: ['from'] },
      then: { required: ['request', 'select'] },
    },
  ],
}

export const integrationSchema: ShapeSchema = closed(
  {
    skillett: formatVersion,
    name: {
      type: 'string',
      pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$',
      maxLength: 55,
      'x-reason': 'a name has lower-case letters, digits and single -, and begins with a letter',
      'x-remedy': 'Write it like google-calendar.',
    },
    title: { ...text, maxLength: 80 },
    description: { ...text, maxLength: 1024 },
    version: {
      type: 'string',
      pattern: '^[0-9]+\\.[0-9]+\\.[0-9]+$',
      'x-reason': 'a version has three numbers',
      'x-remedy': 'Write it like 1.0.0.',
    },
    docs: url,
    categories: textList,
    license: text,
    base_url: url,
    allowed_hosts: {
      type: 'array',
      minItems: 1,
      maxItems: 50,
      uniqueItems: true,
      items: {
        type: 'string',
        pattern: '^(\\{[a-z][a-z0-9_]*\\}|[a-z0-9-]+)(\\.(\\{[a-z][a-z0-9_]*\\}|[a-z0-9-]+))*(:[0-9]{1,5})?$',
        'x-reason': 'not a host name',
        'x-remedy': 'Write it like api.example.com: no scheme, no path, no *.',
      },
    },
    allow_raw: { type: 'string', enum: ['none', 'read', 'write'] },
    variables: {
      type: 'object',
      propertyNames: fieldName,
      additionalProperties: variableByOrigin,
      maxProperties: 20,
    },
    auth: authSchema,
    headers: headerMap,
    defaults: closed({
      query_arrays: arrayStyle,
      timeout: duration,
      max_response: size,
      retry,
      rate_limit: rateLimit,
      pagination,
      errors,
    }),
    against: excuseSchema,
    verify: closed({ endpoint: text, identity: expression }, ['endpoint', 'identity']),
  },
  ['skillett', 'name', 'description', 'base_url', 'auth'],
)
