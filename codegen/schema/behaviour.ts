/** What an integration's `defaults` may say and an endpoint may say anew: retries, limits, pages, errors. */
import { closed, expression, flag, objectOr, statuses, text, textMap, type ShapeSchema } from './values.ts'

export const retry: ShapeSchema = closed({
  on: statuses,
  max: { type: 'integer', minimum: 0, maximum: 10 },
  respect: { type: 'string', enum: ['retry-after'] },
  after_create: flag,
})

const clock: ShapeSchema = objectOr(
  closed({
    header: text,
    select: expression,
    format: {
      type: 'string',
      enum: ['seconds', 'milliseconds', 'epoch', 'epoch_ms', 'http_date', 'rfc3339'],
    },
  }),
  { type: 'string' },
)

export const rateLimit: ShapeSchema = closed({
  limit: clock,
  remaining: clock,
  reset: clock,
  retry_after: clock,
  cost: clock,
})

const position: ShapeSchema = { type: ['string', 'null'], minLength: 1 }
const pageSize = {
  limit_param: text,
  limit_max: { type: 'integer', minimum: 1 },
  items: expression,
  more: expression,
  total: expression,
}

/** Settings by type; every type also takes the page size ones. */
const pageTypes: Record<string, { properties: Record<string, ShapeSchema>; required: string[] }> = {
  cursor: { properties: { next: expression, param: text, cursor_var: text }, required: ['next'] },
  page_token: { properties: { next: expression, param: text }, required: ['next', 'param'] },
  page: {
    properties: { param: text, first: { type: 'integer', minimum: 0 }, pages: expression },
    required: ['param'],
  },
  offset: { properties: { param: text }, required: ['param'] },
  link_header: { properties: { rel: text }, required: [] },
  body_link: { properties: { next: expression }, required: ['next'] },
  since_id: { properties: { param: text, id: expression }, required: ['param', 'id'] },
  relay: {
    properties: { connection: expression, cursor_var: text, limit_var: text },
    required: ['connection'],
  },
  scroll: {
    properties: { next: expression, param: text, path: text, method: position },
    required: ['next', 'param'],
  },
}

export const pagination: ShapeSchema = {
  type: 'object',
  required: ['type'],
  properties: { type: { type: 'string', enum: Object.keys(pageTypes) } },
  allOf: Object.entries(pageTypes).map(([type, { properties, required }]) => ({
    if: { properties: { type: { const: type } }, required: ['type'] },
    then: closed({ type: {}, ...pageSize, ...properties }, required),
  })),
}

const errorCodes = [
  'reconnect',
  'forbidden',
  'not_found',
  'conflict',
  'usage',
  'rejected',
  'limit',
  'rate_limited',
  'timeout',
  'unavailable',
  'action_needed',
]
const errorCode: ShapeSchema = { type: 'string', enum: errorCodes }

const errorRule: ShapeSchema = {
  ...closed(
    {
      status: { type: 'integer', minimum: 100, maximum: 599 },
      when: expression,
      code: objectOr(
        closed(
          { select: expression, map: { type: 'object', additionalProperties: errorCode }, else: errorCode },
          ['select', 'map'],
        ),
        errorCode,
      ),
      message: { type: 'string', minLength: 1 },
      hint: text,
      param: text,
      partial: { type: 'string', enum: ['keep', 'fail'] },
      content: { type: 'string', enum: ['json', 'text', 'any'] },
    },
    ['code'],
  ),
}

export const errors: ShapeSchema = { type: 'array', items: errorRule, maxItems: 100 }

export const asyncPolling: ShapeSchema = closed(
  {
    on: { type: 'integer', minimum: 200, maximum: 299 },
    poll: text,
    every: text,
    timeout: text,
    done: expression,
    failed: expression,
    result: expression,
  },
  ['poll', 'done'],
)

export const steps: ShapeSchema = {
  type: 'array',
  minItems: 1,
  maxItems: 5,
  items: closed(
    {
      id: text,
      method: text,
      url: text,
      path: text,
      headers: textMap,
      query: textMap,
      body: {},
      content_type: text,
      select: { type: 'object', additionalProperties: expression },
      credential: flag,
    },
    ['id'],
  ),
}
