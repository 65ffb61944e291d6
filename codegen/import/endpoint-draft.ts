/** One operation → the front matter and body of an endpoint file, or the reason why there is none. */
import type { Method } from '../manifest.ts'
import { titleOf } from '../units.ts'
import type { Api, Operation } from './api.ts'
import { isJson } from './openapi.ts'
import type { Draft, Review } from './draft-text.ts'
import type { IntegrationFacts } from './integration-draft.ts'
import { isGoogle } from './left-out.ts'
import { guessPagination } from './pagination-guess.ts'
import { cleanText, escapeMarkdown, firstSentence, plainUrl } from './plain-text.ts'
import { draftRequest, type RequestDraft } from './request-draft.ts'
import { outlineAnswer } from './schema.ts'
import { locate } from './servers.ts'
import { isScope } from './sign-in.ts'

export interface EndpointDraft extends Draft {
  /** The host it goes to, where that is another one than the integration's. */
  host?: string
}

/** How much of the schemas is written out; the later ones are for operations that are too large otherwise. */
export const detailLevels = [
  { nodes: 500, depth: 4, describe: 200 },
  { nodes: 250, depth: 2, describe: 100 },
  { nodes: 200, depth: 0, describe: 60 },
] as const
export type Detail = (typeof detailLevels)[number]

const annotations: Record<Method, { destructive: boolean; idempotent: boolean; read_only: boolean }> = {
  GET: { read_only: true, destructive: false, idempotent: true },
  HEAD: { read_only: true, destructive: false, idempotent: true },
  POST: { read_only: false, destructive: false, idempotent: false },
  PUT: { read_only: false, destructive: true, idempotent: true },
  PATCH: { read_only: false, destructive: true, idempotent: false },
  DELETE: { read_only: false, destructive: true, idempotent: true },
}

export function draftEndpoint(
  api: Api,
  facts: IntegrationFacts,
  operation: Operation,
  name: string,
  detail: Detail,
): EndpointDraft | { refused: string } {
  const { references } = api
  references.takeMistakes()
  const request = draftRequest(operation, {
    conversion: { references, budget: { nodes: detail.nodes }, describe: detail.describe, request: true },
    depth: detail.depth,
    isGoogle: isGoogle(api.servers),
    headers: new Set(Object.keys(facts.headers).map((header) => header.toLowerCase())),
  })
  if ('refused' in request) return request
  const location = operation.servers && locate(operation.servers)
  if (location && ('reason' in location || Object.keys(location.variables).length > 0))
    return { refused: 'reason' in location ? location.reason : 'its server differs between connections' }
  const elsewhere = location && location.baseUrl !== facts.location.baseUrl ? location : undefined
  const answer = responseOf(operation, api)
  const pagination = guessPagination(operation, request, references)
  const [mistake] = references.takeMistakes()
  if (mistake !== undefined) return { refused: mistake }

  const method = operation.method as Method
  const scopes = scopesOf(operation)
  const summary = cleanText(operation.summary, 110)
  const about = cleanText(operation.description, 2000)
  const title = summary.replace(/\.$/, '') || titleOf(name)
  const hasParams = Object.keys(request.params).length > 0
  const data: Record<string, unknown> = {
    skillett: 1,
    name,
    title,
    description: describe(summary === '' && about !== '' ? '' : title, about),
    method,
    path: request.path,
    ...(elsewhere && { base_url: elsewhere.baseUrl }),
    ...(scopes && { scopes }),
    annotations: { ...annotations[method], open_world: true },
    ...(hasParams && { params: request.params }),
    ...(Object.keys(request.mapping).length > 0 && { param_mapping: request.mapping }),
    ...(request.contentType !== undefined && { request: { content_type: request.contentType } }),
    ...(answer && { response: answer }),
    ...(pagination && { pagination }),
    ...(method === 'PUT' || method === 'DELETE' ? { idempotency: 'natural' } : {}),
    ...(operation.deprecated && { deprecated: true }),
  }
  return {
    data,
    flow: [
      ['scopes'],
      ['annotations'],
      ['request'],
      ['pagination'],
      ['response'],
      ...Object.keys(request.params).map((param) => ['params', param]),
    ],
    reviews: reviewsOf(method, request, {
      scopes: scopes !== undefined,
      pagination: pagination !== undefined,
      elsewhere: elsewhere !== undefined,
    }),
    body: bodyOf(operation, about),
    ...(elsewhere && { host: elsewhere.host }),
  }
}

function describe(title: string, about: string): string {
  const sentence = firstSentence(about)
  const isSame = title === '' || sentence.startsWith(title)
  return cleanText(isSame ? sentence || title : `${title.replace(/\.$/, '')}. ${sentence}`, 280)
}

function reviewsOf(
  method: Method,
  request: RequestDraft,
  present: { scopes: boolean; pagination: boolean; elsewhere: boolean },
): Review[] {
  const rows: [boolean, string, string][] = [
    [true, 'description', "the vendor's words, shortened; say when an agent should use this"],
    [present.elsewhere, 'base_url', 'the description sends this operation to another server'],
    [method === 'POST', 'annotations', 'a POST may read, or destroy, or be safe to repeat'],
    [
      Object.keys(request.params).length > 0,
      'params',
      ["the vendor's words, shortened", ...new Set(request.reviews)].join('; '),
    ],
    [present.pagination, 'pagination', 'guessed from names'],
  ]
  return rows.filter(([applies]) => applies).map(([, key, text]) => ({ path: [key], text }))
}

function responseOf(operation: Operation, api: Api): Record<string, unknown> | undefined {
  const { contentType, schema } = operation.answer ?? {}
  if (contentType === undefined) return undefined
  if (!isJson(contentType)) return { content: contentType.startsWith('text/') ? 'text' : 'binary' }
  const outline = schema === undefined ? undefined : outlineAnswer(schema, api.references)
  return outline && { schema: outline }
}

/** One alternative: all of its scopes. Several: any of them. */
function scopesOf({ security }: Operation): string[] | { any: string[] } | undefined {
  const alternatives = security
    .map((each) =>
      Object.values(each)
        .flat()
        .filter((scope): scope is string => typeof scope === 'string' && isScope(scope)),
    )
    .filter((scopes) => scopes.length > 0)
  const all = [...new Set(alternatives.flat())].slice(0, 50)
  if (all.length === 0) return undefined
  return alternatives.length === 1 ? all : { any: all }
}

function bodyOf(operation: Operation, about: string): string {
  const docs = plainUrl(operation.docs)
  const key = operation.key.replaceAll(/[^\w./{} -]/g, '').slice(0, 120)
  return [
    `Imported from the vendor's description (\`${key}\`).`,
    ...(about === ''
      ? []
      : ["In the vendor's words, shortened:", `> ${escapeMarkdown(cleanText(about, 900))}`]),
    ...(docs === undefined ? [] : [`Documentation: ${docs}`]),
  ].join('\n\n')
}
