/** Ways to sign in, as data. One table row a type: the keys it takes, the ones it needs. */
import {
  closed,
  duration,
  expression,
  fieldName,
  flag,
  headerMap,
  objectOr,
  openMap,
  text,
  textList,
  textMap,
  url,
  type ShapeSchema,
} from './values.ts'

const field = closed({
  title: text,
  description: text,
  secret: flag,
  format: text,
  pattern: { type: 'string', minLength: 1, maxLength: 500 },
})

const basic = closed({ user: { type: 'string' }, password: { type: 'string' } }, ['user', 'password'])

const inject = {
  ...closed({
    header: text,
    query: text,
    value: { type: 'string', minLength: 1 },
    headers: headerMap,
    params: textMap,
    basic,
  }),
  dependentRequired: { header: ['value'], query: ['value'] },
}

const tokens: Record<string, ShapeSchema> = {
  issuer: url,
  token_url: url,
  revocation_url: { type: ['string', 'null'] },
  revocation: closed(
    {
      url,
      method: { type: 'string', enum: ['POST', 'DELETE', 'GET'] },
      client_auth: { type: 'string', enum: ['post', 'basic', 'none'] },
      body: { type: 'string', enum: ['form', 'json', 'none'] },
      params: textMap,
      headers: headerMap,
    },
    ['url'],
  ),
  client_auth: { type: 'string', enum: ['post', 'basic', 'private_key_jwt', 'none'] },
  token_body: { type: 'string', enum: ['form', 'json'] },
  token_path: expression,
  refresh_token_path: expression,
  expires_path: expression,
  scope_path: expression,
  scope_separator: { type: 'string', maxLength: 3 },
  scopes: textMap,
  default_scopes: textList,
  token_params: textMap,
  token_headers: headerMap,
  refresh: closed({
    rotation: { type: 'string', enum: ['none', 'grace', 'strict'] },
    grace: duration,
    default_expires_in: { type: 'integer', minimum: 1 },
    params: textMap,
    url,
  }),
}

interface TypeRow {
  keys: Record<string, ShapeSchema>
  required: string[]
}

/** `fields` and `inject` belong to every type. */
const authTypes: Record<string, TypeRow> = {
  oauth2: {
    keys: {
      ...tokens,
      authorization_url: url,
      authorization_params: textMap,
      pkce: { type: 'string', enum: ['S256', 'none'] },
      pkce_reason: text,
      scope_param: text,
      tokens: openMap,
    },
    required: ['authorization_url', 'token_url'],
  },
  client_credentials: { keys: { ...tokens, audience: text }, required: ['token_url'] },
  api_key: { keys: {}, required: ['inject'] },
  bearer: { keys: {}, required: [] },
  basic: { keys: {}, required: [] },
  jwt: {
    keys: {
      ...tokens,
      algorithm: { type: 'string', enum: ['RS256', 'ES256', 'EdDSA', 'HS256'] },
      audience: text,
      subject: text,
      key_id: text,
      claims: openMap,
      lifetime: duration,
      direct: flag,
    },
    required: [],
  },
  oauth1: {
    keys: {
      request_token_url: url,
      authorization_url: url,
      access_token_url: url,
      signature: { type: 'string', enum: ['HMAC-SHA1', 'HMAC-SHA256', 'RSA-SHA1', 'PLAINTEXT'] },
      realm: text,
    },
    required: [],
  },
  two_step: {
    keys: {
      ...tokens,
      token_request: closed({ method: text, url, headers: headerMap, body: openMap, content_type: text }, [
        'url',
      ]),
    },
    required: ['token_request', 'token_path'],
  },
  aws_sigv4: { keys: { service: text, region: text, role_arn: text }, required: ['service', 'region'] },
  none: { keys: {}, required: [] },
}

const entry: ShapeSchema = {
  type: 'object',
  required: ['type'],
  properties: { type: { type: 'string', enum: Object.keys(authTypes) } },
  allOf: Object.entries(authTypes).map(([type, { keys, required }]) => ({
    if: { type: 'object', properties: { type: { const: type } }, required: ['type'] },
    then: closed(
      {
        id: {
          type: 'string',
          pattern: '^[a-z][a-z0-9_-]*$',
          'x-reason': 'an id has lower-case letters, digits, _ and -',
          'x-remedy': 'Write it like api_token.',
        },
        type: {},
        title: text,
        fields: {
          type: 'object',
          propertyNames: fieldName,
          additionalProperties: field,
        },
        inject,
        ...keys,
      },
      required,
    ),
  })),
}

/** Several ways to sign in, or the only one. */
export const authSchema: ShapeSchema = objectOr(entry, {
  type: 'array',
  items: entry,
  minItems: 1,
  maxItems: 20,
})
