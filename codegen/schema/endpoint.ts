/** The shape of an endpoint file's front matter. Sense (do the parts fit together?) is in codegen/rules/. */
import { excuseSchema } from '../against/excuse.ts'
import { asyncPolling, errors, pagination, rateLimit, retry, steps } from './behaviour.ts'
import {
  closed,
  duration,
  expression,
  flag,
  formatVersion,
  headerMap,
  method,
  objectOr,
  openMap,
  size,
  text,
  textList,
  textMap,
  url,
  type ShapeSchema,
} from './values.ts'

const annotations = closed({ read_only: flag, destructive: flag, idempotent: flag, open_world: flag })

const request = closed({
  content_type: {
    type: 'string',
    pattern: '^[A-Za-z0-9.+-]+/[A-Za-z0-9.+*-]+(; ?[A-Za-z0-9-]+=[A-Za-z0-9._-]+)*$',
    'x-reason': 'not a media type',
    'x-remedy': 'Write it like application/json.',
  },
  headers: headerMap,
  query: textMap,
  mime: { type: 'object', additionalProperties: { type: 'string' }, minProperties: 1 },
  into: text,
  upload: closed(
    { over: size, url, type: text, max: size, protocol: { type: 'string', enum: ['simple', 'resumable'] } },
    ['url'],
  ),
  upload_hosts: textList,
})

const response = closed({
  select: expression,
  schema: openMap,
  content: { type: 'string', enum: ['json', 'text', 'binary', 'any'] },
  text_limit: size,
  partial: { type: 'string', enum: ['keep', 'fail'] },
  fields_param: text,
})

const example = closed(
  {
    run: { type: 'string', minLength: 1, maxLength: 4000 },
    title: text,
    request: closed({ method, url, headers: textMap, body: {} }, ['method', 'url']),
    response: closed({ status: { type: 'integer', minimum: 100, maximum: 599 }, body: {} }, ['status']),
  },
  ['run'],
)

export const endpointSchema: ShapeSchema = closed(
  {
    skillett: formatVersion,
    name: {
      type: 'string',
      pattern: '^[a-z][a-z0-9_]{0,62}$',
      'x-reason': 'a name has lower-case letters, digits and _, and begins with a letter',
      'x-remedy': 'Write it like create_issue.',
    },
    title: { ...text, maxLength: 120 },
    description: { ...text, maxLength: 1024 },
    method,
    path: {
      type: 'string',
      pattern: '^/',
      maxLength: 1000,
      'x-reason': 'a path begins with /',
      'x-remedy': 'Add the /.',
    },
    base_url: url,
    scopes: objectOr(closed({ all: textList, any: textList }), textList),
    annotations,
    params: { type: 'object', maxProperties: 200 },
    param_mapping: { type: 'object', maxProperties: 200 },
    request,
    graphql: closed({ query: { type: 'string', minLength: 1 }, operation: text }, ['query']),
    accept: closed({ param: text, map: { ...textMap, minProperties: 1 } }, ['param', 'map']),
    auth: objectOr(closed({ id: text, token: text }), { type: 'string' }),
    timeout: duration,
    conditional: { type: 'string', enum: ['etag'] },
    response,
    pagination,
    retry,
    rate_limit: rateLimit,
    errors,
    async: asyncPolling,
    steps,
    idempotency: objectOr(closed({ header: text }, ['header']), {
      type: 'string',
      enum: ['none', 'natural'],
    }),
    against: excuseSchema,
    examples: { type: 'array', items: example, maxItems: 20 },
    deprecated: objectOr(closed({ message: text, since: text, sunset: text, replaced_by: text }), flag),
  },
  ['skillett', 'name', 'description', 'method', 'path'],
)
