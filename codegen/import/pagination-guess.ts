/** How a list is paged through, guessed from the names of parameters and of the answer's properties. */
import type { Operation } from './api.ts'
import type { References } from './references.ts'
import type { RequestDraft } from './request-draft.ts'
import { viewSchema } from './schema-view.ts'

export type PaginationGuess = Record<string, string | number>

interface Facts {
  /** The parameter of one of these names, as the endpoint calls it. */
  param(...names: string[]): string | undefined
  /** The first of these paths that the answer has. */
  answer(...paths: string[]): string | undefined
  /** The answer's only list; undefined also when the answer is the list. */
  items?: string
  hasLinkHeader: boolean
  isList: boolean
}

const sizes = [
  'per_page',
  'limit',
  'page_size',
  'pageSize',
  'maxResults',
  'max_results',
  'count',
  'size',
  'pagelen',
]

/** The first row that fits is the guess. */
const rows: ((facts: Facts) => PaginationGuess | undefined)[] = [
  ({ param, hasLinkHeader }) =>
    hasLinkHeader && param('page', 'cursor', 'after', 'since', ...sizes)
      ? { type: 'link_header' }
      : undefined,
  ({ param, answer }) => {
    const token = param('pageToken', 'page_token')
    const next = answer('nextPageToken', 'next_page_token')
    return token && next ? { type: 'page_token', next, param: token } : undefined
  },
  ({ param, answer }) => {
    const cursor = param('cursor', 'start_cursor', 'after', 'next_cursor', 'starting_after')
    const next = answer(
      'next_cursor',
      'nextCursor',
      'response_metadata.next_cursor',
      'paging.next.after',
      'meta.next_cursor',
      'cursor',
    )
    const more = answer('has_more', 'hasMore')
    return cursor && next ? { type: 'cursor', next, param: cursor, ...(more && { more }) } : undefined
  },
  ({ param, isList, items }) => {
    const page = param('page', 'page_number', 'pageNumber')
    return page && (isList || items) && param(...sizes) ? { type: 'page', param: page } : undefined
  },
  ({ param, isList, items }) => {
    const offset = param('offset', 'start', 'startAt', 'skip')
    return offset && (isList || items) && param(...sizes) ? { type: 'offset', param: offset } : undefined
  },
]

export function guessPagination(
  operation: Operation,
  draft: RequestDraft,
  references: References,
): PaginationGuess | undefined {
  const facts = factsOf(operation, draft, references)
  for (const row of rows) {
    const guess = row(facts)
    if (!guess) continue
    const size = facts.param(...sizes)
    const maximum = size === undefined ? undefined : draft.params[size]?.['maximum']
    return {
      ...guess,
      ...(facts.items !== undefined && { items: facts.items }),
      ...(size !== undefined && size !== guess['param'] && { limit_param: size }),
      ...(size !== undefined &&
        typeof maximum === 'number' &&
        maximum >= 1 &&
        Number.isInteger(maximum) && { limit_max: maximum }),
    }
  }
  return undefined
}

function factsOf({ answer, method }: Operation, draft: RequestDraft, references: References): Facts {
  const view = viewSchema(answer?.schema, references)
  const isReading = method === 'GET' || method === 'POST'
  const lists = [...view.properties].filter(
    ([name, schema]) => /^[A-Za-z_]\w*$/.test(name) && viewSchema(schema, references).types[0] === 'array',
  )
  const has = (path: string): boolean => {
    let schema: unknown = answer?.schema
    for (const step of path.split('.')) {
      const { properties } = viewSchema(schema, references)
      if (!properties.has(step)) return false
      schema = properties.get(step)
    }
    return true
  }
  const find = (name: string): string | undefined =>
    ['query', 'body', 'form']
      .map((place) => draft.names.get(`${place} ${name}`))
      .find((found) => found !== undefined)
  return {
    param: (...names) => (isReading ? names.map(find).find((found) => found !== undefined) : undefined),
    answer: (...paths) => paths.find(has),
    ...(lists.length === 1 && { items: lists[0]![0] }),
    hasLinkHeader: answer?.headers.includes('link') === true,
    isList: view.types[0] === 'array',
  }
}
