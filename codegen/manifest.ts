/**
 * The shapes of compiled skills: what the compiler emits into generated/ and every face reads back.
 * Types only. This is the one file outside their own floor that server and cli may name, with `import type`.
 *
 *   generated/index.json                       Index         all integrations, one line each
 *   generated/<integration>/integration.json   Integration   identity, auth, hosts, its endpoints by name
 *   generated/<integration>/endpoints/<e>.json Endpoint      one call: schemas, request plan, examples, notes
 *
 * Beside them lie validators/<e>.cjs, types.ts and skillett-<integration>/ (the exported skill), and once for all
 * errors.ts, openapi.json, mcp.json, endpoint.schema.json and integration.schema.json (for editors).
 *
 * A reader loads one integration and one endpoint at a time, so that no start-up grows with the catalogue.
 */

export type JsonSchema = { [keyword: string]: unknown }

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** `generated/index.json`: discovery level 1. */
export interface Index {
  /** Version of the emitted layout; a reader refuses another one. */
  format: 1
  integrations: Record<string, IndexEntry>
}

export interface IndexEntry {
  title: string
  description: string
  version: string
  /** SHA-256 over the integration's source files, 32 hex digits. Equal digests mean equal output. */
  digest: string
  /** Number of endpoints. */
  endpoints: number
}

/** `integration.json`: discovery level 2, and what the server needs for any call to this service. */
export interface Integration {
  name: string
  title: string
  description: string
  version: string
  digest: string
  docs?: string
  categories?: string[]
  /** May hold `{variable}`s of the connection. No trailing slash. */
  base_url: string
  /** The only hosts a credential of this integration may travel to. May hold `{variable}`s. */
  allowed_hosts: string[]
  /** What the raw passthrough allows. */
  allow_raw: 'none' | 'read' | 'write'
  variables: Record<string, Variable>
  auth: Auth[]
  /** Sent with every request, under the endpoint's own. */
  headers: Record<string, string>
  timeout_ms: number
  /** Cap on the decoded body. */
  max_response_bytes: number
  /** The "who am I" call made after connecting; `identity` is a JMESPath into its answer. */
  verify?: { endpoint: string; identity: string }
  /** Everything else of `defaults` that an endpoint may override. */
  defaults: EndpointDefaults
  endpoints: Record<string, EndpointSummary>
}

export interface EndpointSummary {
  group: string
  title: string
  description: string
  read_only: boolean
  destructive: boolean
}

/** A value that differs between connections, such as a subdomain. */
export interface Variable {
  from: 'user' | 'token_response' | 'post_connect' | 'static'
  title?: string
  description?: string
  example?: string
  /** Checked (RE2) before the value is stored. */
  pattern?: string
  /** `static`: the value itself. */
  value?: string
  /** `token_response`, `post_connect`: JMESPath into the answer. */
  select?: string
  /** The value is a host or URL that must end in this. */
  host_suffix?: string
  /** `post_connect`: the call to make. */
  request?: { path: string; method?: Method }
  /** `post_connect`: several values are possible and the person picks one. */
  choose?: boolean
}

export type AuthType =
  | 'oauth2'
  | 'client_credentials'
  | 'api_key'
  | 'bearer'
  | 'basic'
  | 'jwt'
  | 'oauth1'
  | 'two_step'
  | 'aws_sigv4'
  | 'none'

export interface Auth {
  /** What `--auth` names. */
  id: string
  type: AuthType
  title: string
  /** What a person enters to connect; empty for flows that fetch their own credential. */
  fields: Record<string, AuthField>
  /** Where the credential goes. Templates name fields, or `access_token` for flows that fetch one. */
  inject: Inject
  /** The type's own settings, as its JSON Schema declares them. */
  settings: Record<string, unknown>
}

export interface AuthField {
  title: string
  description?: string
  secret: boolean
  format?: string
  pattern?: string
}

export interface Inject {
  headers: Record<string, string>
  query: Record<string, string>
  /** RFC 7617, encoded by the server. */
  basic?: { user: string; password: string }
}

/** `endpoints/<name>.json`: discovery level 3, the CLI table and the route, in one. */
export interface Endpoint {
  integration: string
  name: string
  /** The folder below `endpoints/`. */
  group: string
  title: string
  description: string
  annotations: Annotations
  scopes: Scopes
  /** JSON Schema 2020-12 of `params`; closed (`additionalProperties: false`). */
  input: JsonSchema
  /** JSON Schema 2020-12 of the answer's `data`, where the author gave one. */
  output?: JsonSchema
  request: RequestPlan
  response: ResponsePlan
  pagination?: Pagination
  errors: ErrorRule[]
  retry?: Record<string, unknown>
  rate_limit?: Record<string, unknown>
  idempotency: 'none' | 'natural' | { header: string }
  /** Instead of the integration's. */
  timeout_ms?: number
  /** Which way to sign in, or which of a connection's tokens, this call needs. */
  auth?: { id?: string; token?: string }
  /** Answers may be revalidated with If-None-Match. */
  conditional?: 'etag'
  /** Steps, polling and upload thresholds, as their JSON Schemas declare them. */
  async?: Record<string, unknown>
  steps?: Record<string, unknown>[]
  deprecated?: { message?: string; since?: string; sunset?: string; replaced_by?: string }
  examples: Example[]
  /** The markdown body: what an agent should know. */
  notes: string
}

export interface EndpointDefaults {
  query_arrays: ArrayStyle
  retry?: Record<string, unknown>
  rate_limit?: Record<string, unknown>
  pagination?: Pagination
  errors: ErrorRule[]
}

/** The four hints of MCP's tool annotations. */
export interface Annotations {
  read_only: boolean
  destructive: boolean
  idempotent: boolean
  open_world: boolean
}

/** Every scope of `all` and, where `any` is not empty, one of `any`. */
export interface Scopes {
  all: string[]
  any: string[]
}

export type ArrayStyle = 'repeat' | 'csv' | 'brackets' | 'indexed' | 'pipe' | 'space' | 'deep'

export type BodyKind = 'none' | 'json' | 'form' | 'multipart' | 'raw' | 'graphql'

/** How checked parameters become one HTTP request. Executed by server/request. */
export interface RequestPlan {
  method: Method
  /** Template: `{name}` is one segment, `{name*}` several. */
  path: string
  /** Instead of the integration's; its host is among `allowed_hosts`. */
  base_url?: string
  /** Sent with every request of this endpoint. */
  query?: Record<string, string>
  body: BodyKind
  /** Set when a body is sent. */
  content_type?: string
  /** Sent with this request, over the integration's. */
  headers: Record<string, string>
  /** One entry a parameter, in the order of the input schema. */
  mapping: Mapping[]
  /** `graphql`: the static document; values travel as variables only. */
  graphql?: { query: string; operation?: string }
  /** Builds an RFC 5322 message from the `mime` targets and puts it there. */
  mime?: { into: Target }
  /** Content negotiation by a parameter. */
  accept?: { param: string; map: Record<string, string> }
  upload?: Record<string, unknown>
}

/** Where one parameter goes. */
export interface Mapping {
  param: string
  /** Takes the value apart at literal separators: `owner/repo` is {names: [owner, repo], separators: ["/"]}. */
  split?: { names: string[]; separators: string[] }
  to: Target[]
}

export interface Target {
  in: 'path' | 'query' | 'header' | 'body' | 'form' | 'part' | 'raw' | 'var' | 'mime'
  /** Placeholder, key, field name or part name; for `body` and `var` the path into the document, [] for all of it. */
  at: string | string[]
  /** Which name of the mapping's `split` goes here. */
  capture?: string
  /** Applied left to right. */
  filters?: Filter[]
  /** `query`, `form`: how an array or an object is written. */
  style?: ArrayStyle
}

export type Filter = 'base64' | 'base64url' | 'json' | 'csv' | 'unix' | 'rfc3339' | 'lower'

export interface ResponsePlan {
  /** JMESPath over the body: what an agent gets unless it asks for all. */
  select?: string
  content: 'json' | 'text' | 'binary' | 'any'
  /** Text values longer than this are cut, in bytes. */
  text_limit?: number
  /** What becomes of data that comes together with errors. */
  partial?: 'keep' | 'fail'
  /** The parameter that asks the service itself for fewer fields. */
  fields_param?: string
}

export interface Pagination {
  type:
    | 'cursor'
    | 'page_token'
    | 'page'
    | 'offset'
    | 'link_header'
    | 'body_link'
    | 'since_id'
    | 'relay'
    | 'scroll'
  /** Where the items are: JMESPath; absent when the body is the array. */
  items?: string
  /** Everything else the type needs, as its JSON Schema declares it. */
  [setting: string]: unknown
}

/** What an upstream answer means, first match wins. */
export interface ErrorRule {
  status?: number
  /** JMESPath over the body; a true value matches. */
  when?: string
  code: string | { select: string; map: Record<string, string>; else: string }
  message?: string
  hint?: string
  /** The parameter at fault. */
  param?: string
  partial?: 'keep' | 'fail'
  content?: 'json' | 'text' | 'any'
}

export interface Example {
  /** A whole command line, executed by the tests. */
  run: string
  title?: string
  request?: { method: Method; url: string; headers?: Record<string, string>; body?: unknown }
  response?: { status: number; body?: unknown }
}
