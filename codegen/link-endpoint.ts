/** One endpoint file → the Endpoint that server and command line work from. */
import { linkAnnotations } from './annotations.ts'
import { decideBody, contentTypes, type Draft } from './body-kind.ts'
import { checkBehaviour } from './behaviour-rules.ts'
import { linkExamples } from './examples.ts'
import { buildInputSchema } from './input-schema.ts'
import { checkHoles, checkUrl, linkErrors } from './link-integration.ts'
import type { Endpoint, Integration, JsonSchema, Method, RequestPlan, Scopes } from './manifest.ts'
import { isMap, readParameter, readSchema, type Parameter, type Report } from './parameter.ts'
import type { ParsedEndpoint } from './parse.ts'
import { checkPath } from './path-rules.ts'
import { mapParameters, placeholdersOf } from './request-plan.ts'
import { checkVariables, readSpecial, type WrittenRequest } from './special-request.ts'
import { readDuration, readSize, titleOf } from './units.ts'
import { schemaMistake } from './validator.ts'

/** Undefined when what is missing is so basic that there is nothing to link. */
export function linkEndpoint(
  source: ParsedEndpoint,
  integration: Integration | undefined,
  report: Report,
): Endpoint | undefined {
  const { data, stem, group } = source
  const method = data['method'] as Method | undefined
  const path = data['path'] as string | undefined
  const written = data['name'] as string | undefined
  if (written !== undefined && written !== stem) {
    report('SKILL_NAME_MISMATCH', ['name'], { name: written, kind: 'file', expected: stem })
  }
  const name = stem
  const parameters = linkParameters(data, report)
  const request =
    method && path !== undefined
      ? linkRequest(data, method, path, parameters, integration, report)
      : undefined
  const input = buildInputSchema(parameters, report)
  if (!method || !request) return undefined

  const description = (data['description'] as string | undefined) ?? ''
  const endpoint: Endpoint = {
    integration: integration?.name ?? '',
    name,
    group,
    title: (data['title'] as string | undefined) ?? titleOf(name),
    description: description.trim(),
    annotations: linkAnnotations(
      method,
      data['annotations'] as Partial<Endpoint['annotations']> | undefined,
      report,
    ),
    scopes: linkScopes(data['scopes']),
    input,
    ...linkResponse(data, report),
    request,
    ...linkBehaviour(data),
    examples: [],
    notes: source.body,
  }
  const toolName = toolNameOf(endpoint)
  if (toolName.length > 64)
    report('SKILL_NAME_TOO_LONG', ['name'], { name: toolName, length: toolName.length })
  checkBehaviour(endpoint, integration, report)
  endpoint.examples = linkExamples(endpoint, data['examples'], report)
  return endpoint
}

/** The name under which models call it: `github_create_issue`. */
export function toolNameOf({ integration, name }: Pick<Endpoint, 'integration' | 'name'>): string {
  return `${integration}_${name}`
}

function linkParameters(data: Record<string, unknown>, report: Report): Parameter[] {
  const written = (data['params'] as Record<string, unknown> | undefined) ?? {}
  return Object.entries(written).map(([name, schema]) => {
    const path = ['params', name]
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name)) {
      const reason = 'a parameter name has letters, digits and _, at most 64'
      const remedy = 'Choose a plain name and say in param_mapping where it goes.'
      report('SKILL_WRONG_FORM', path, { key: 'params', value: JSON.stringify(name), reason, remedy }, 'key')
    }
    return readParameter(name, schema, path, report)
  })
}

function linkRequest(
  data: Record<string, unknown>,
  method: Method,
  path: string,
  parameters: Parameter[],
  integration: Integration | undefined,
  report: Report,
): RequestPlan {
  const request = (data['request'] as WrittenRequest | undefined) ?? {}
  checkPath(path, report)
  const special = readSpecial(data, request, parameters, integration, report)
  const written = { ...(data['param_mapping'] as Record<string, unknown> | undefined), ...special.mapping }
  const { body, defaultPlace } = decideBody(
    {
      method,
      ...(request.content_type !== undefined && { contentType: request.content_type }),
      graphql: special.plan.graphql !== undefined,
      ...(special.plan.mime && { into: special.plan.mime.into }),
      written,
    },
    report,
  )
  const draft: Draft = {
    method,
    placeholders: placeholdersOf(path),
    parameters: parameters.filter((parameter) => !special.consumed.includes(parameter.name)),
    written,
    body,
    defaultPlace,
    constants: special.constants,
  }
  const mapping = mapParameters(draft, integration?.defaults.query_arrays ?? 'repeat', report)
  checkVariables({ ...special.plan, mapping }, written, report)
  const sendsBody = mapping.some(({ to }) => to.some((target) => target.in === 'body'))
  const kind = body === 'none' && sendsBody ? 'json' : body
  const contentType = request.content_type ?? contentTypes[kind]
  const baseUrl = data['base_url'] as string | undefined
  if (baseUrl !== undefined)
    checkUrl('base_url', baseUrl, ['base_url'], integration?.allowed_hosts ?? [], report)
  const variables = Object.keys(integration?.variables ?? {})
  if (integration && baseUrl !== undefined) checkHoles('base_url', baseUrl, ['base_url'], variables, report)
  for (const [header, value] of Object.entries(request.headers ?? {})) {
    const path = ['request', 'headers', header]
    if (integration) checkHoles(`request.headers.${header}`, value, path, variables, report)
  }
  return {
    method,
    path,
    ...(baseUrl !== undefined && { base_url: baseUrl.replace(/\/+$/, '') }),
    ...(request.query && { query: request.query }),
    body: kind,
    ...(contentType !== undefined && { content_type: contentType }),
    headers: request.headers ?? {},
    mapping,
    ...special.plan,
  }
}

function linkScopes(written: unknown): Scopes {
  if (Array.isArray(written)) return { all: written.filter((scope) => scope !== undefined), any: [] }
  const { all = [], any = [] } = (written ?? {}) as Partial<Scopes>
  return { all, any }
}

interface WrittenResponse {
  select?: string
  schema?: Record<string, unknown>
  content?: Endpoint['response']['content']
  text_limit?: string
  partial?: 'keep' | 'fail'
  fields_param?: string
}

function linkResponse(data: Record<string, unknown>, report: Report): Pick<Endpoint, 'output' | 'response'> {
  const { schema, text_limit, content, ...rest } = (data['response'] as WrittenResponse | undefined) ?? {}
  const output: JsonSchema | undefined = isMap(schema)
    ? readSchema(withType(schema), 'response', ['response', 'schema'], report, true)
    : undefined
  const mistake = output && schemaMistake(output)
  if (mistake) {
    const { path, reason } = mistake
    report('SKILL_PARAMETER_SCHEMA', ['response', 'schema', ...path], { param: 'response', reason })
  }
  return {
    ...(output && { output }),
    response: {
      ...rest,
      content: content ?? 'json',
      ...(text_limit !== undefined && { text_limit: readSize(text_limit) }),
    },
  }
}

/** Answers are described loosely: a schema with properties is an object's. */
function withType(schema: Record<string, unknown>): Record<string, unknown> {
  return 'type' in schema || !('properties' in schema) ? schema : { type: 'object', ...schema }
}

type Behaviour = Pick<
  Endpoint,
  | 'pagination'
  | 'errors'
  | 'retry'
  | 'rate_limit'
  | 'idempotency'
  | 'async'
  | 'steps'
  | 'deprecated'
  | 'timeout_ms'
  | 'auth'
  | 'conditional'
>

function linkBehaviour(data: Record<string, unknown>): Behaviour {
  const copied = ['pagination', 'retry', 'rate_limit', 'async', 'steps', 'conditional'] as const
  const behaviour: Record<string, unknown> = {}
  for (const key of copied) if (data[key] !== undefined) behaviour[key] = data[key]
  const { deprecated, auth, timeout } = data
  if (deprecated !== undefined && deprecated !== false)
    behaviour['deprecated'] = deprecated === true ? {} : deprecated
  if (auth !== undefined) behaviour['auth'] = typeof auth === 'string' ? { id: auth } : auth
  if (typeof timeout === 'string') behaviour['timeout_ms'] = readDuration(timeout)
  return {
    ...behaviour,
    errors: linkErrors(data['errors']),
    idempotency: (data['idempotency'] as Endpoint['idempotency'] | undefined) ?? 'none',
  }
}
