/** `openapi.json`: OpenAPI 3.1 of the skill calls, `POST /v1/<integration>/<endpoint>`. */
import type { LinkedSkill } from '../link.ts'
import { toolNameOf } from '../link-endpoint.ts'
import type { Endpoint, JsonSchema } from '../manifest.ts'
import { json } from './index-json.ts'

const errorStatuses = {
  '400': 'The parameters are not valid. Nothing was sent and nothing charged.',
  '401': 'The API key or the stored credential is not accepted.',
  '403': 'Not allowed, or no account is connected.',
  '404': 'There is no such endpoint, or the service found nothing.',
  '429': 'A limit is reached.',
  '502': 'The service could not be reached, or its answer not be used.',
  '504': 'The service did not answer in time.',
}

export function emitOpenapi(skills: readonly LinkedSkill[]): string {
  const paths: Record<string, unknown> = {}
  for (const { integration, endpoints } of skills) {
    for (const endpoint of endpoints)
      paths[`/v1/${integration.name}/${endpoint.name}`] = { post: operationOf(endpoint) }
  }
  return json({
    openapi: '3.1.0',
    info: {
      title: 'Skillett',
      version: '1',
      description:
        'One path an endpoint of a skill. The gateway adds the credential; the caller never sees it.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: 'http://127.0.0.1:4050', description: 'The address of the gateway' }],
    security: [{ key: [] }],
    tags: skills.map(({ integration: { name, description, docs } }) => ({
      name,
      description,
      ...(docs !== undefined && { externalDocs: { url: docs } }),
    })),
    paths,
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer', bearerFormat: 'sk_…' } },
      schemas: { Error: errorSchema },
      responses: {
        Error: {
          description: 'What went wrong',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
        },
      },
    },
  })
}

function operationOf(endpoint: Endpoint): object {
  const { integration, title, description, deprecated } = endpoint
  return {
    operationId: toolNameOf(endpoint),
    tags: [integration],
    summary: title,
    description,
    ...(deprecated && { deprecated: true }),
    requestBody: { required: true, content: { 'application/json': { schema: bodySchema(endpoint) } } },
    responses: {
      '200': {
        description: 'The status and the answer of the service',
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: ['status', 'data'],
              properties: { status: { type: 'integer' }, data: endpoint.output ?? {} },
            },
          },
        },
      },
      ...Object.fromEntries(
        Object.entries(errorStatuses).map(([status, text]) => [
          status,
          {
            description: text,
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
          },
        ]),
      ),
      default: { $ref: '#/components/responses/Error' },
    },
  }
}

function bodySchema({ input }: Endpoint): JsonSchema {
  const { $schema: _, ...params } = input
  return {
    type: 'object',
    required: (input['required'] as string[]).length > 0 ? ['params'] : [],
    additionalProperties: false,
    properties: {
      params,
      connection: { type: 'string', description: 'The account, where several are connected' },
      identifier: { type: 'string', description: 'The end user, in products that serve many' },
      fields: { type: 'string', description: 'Only these fields of the answer' },
      jq: { type: 'string', description: 'A jq expression over the answer' },
      dry_run: { type: 'boolean', description: 'Show the request and send nothing' },
    },
  }
}

const errorSchema: JsonSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: { description: "The code, or the service's own answer" },
    status: { type: 'integer', description: "The service's status, where it refused" },
    message: { type: 'string' },
    action_url: { type: 'string' },
    request_id: { type: 'string' },
    retry_after_ms: { type: 'integer' },
    fields: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
    next: {
      type: 'array',
      items: {
        type: 'object',
        required: ['command', 'why'],
        properties: { command: { type: 'string' }, why: { type: 'string' } },
      },
    },
  },
}
