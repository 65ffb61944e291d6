/**
 * One endpoint file, compiled by itself: a pure function of the file, its place and the integration's SKILL.md.
 * What remains between files (names given twice, references to each other) is for link.ts.
 */
import { checkBody, type ReadMarkdown } from './body-rules.ts'
import { emitEndpointTypes } from './emit/types.ts'
import { emitEndpointSection } from './emit/agent-skill.ts'
import { emitValidator } from './emit/validators.ts'
import { json } from './emit/index-json.ts'
import { linkEndpoint } from './link-endpoint.ts'
import type { Endpoint, Integration } from './manifest.ts'
import { parseFile, reporter, type EndpointFile } from './parse.ts'
import type { Problem, Span } from './problem.ts'

/** What the rest of an integration needs to know of an endpoint. */
export type Outline = Pick<
  Endpoint,
  'integration' | 'name' | 'group' | 'title' | 'description' | 'annotations' | 'deprecated'
>

export interface Unit<Known extends Outline = Outline> {
  file: string
  problems: Problem[]
  /** Absent when too much is missing. */
  endpoint?: Known
  /** Where its name stands, for whom it clashes with. */
  namePlace?: Span
  replacedBy?: { name: string; place: Span }
}

/** The texts that one endpoint adds to the output. */
export interface Texts {
  json: string
  validator: string
  types: string
  /** Of the exported skill's reference file. */
  section: string
}

export function compileUnit(
  { source, group, stem }: EndpointFile,
  integration: Integration | undefined,
  read: ReadMarkdown | undefined,
): Unit<Endpoint> {
  const problems: Problem[] = []
  const unit: Unit<Endpoint> = { file: source.file, problems }
  const parsed = parseFile('endpoint', source, problems)
  problems.push(...checkBody(source, read))
  if (!parsed) return unit
  const endpoint = linkEndpoint({ ...parsed, group, stem }, integration, reporter(parsed, problems))
  if (!endpoint) return unit
  const { replaced_by } = (parsed.data['deprecated'] ?? {}) as { replaced_by?: string }
  return {
    ...unit,
    endpoint,
    namePlace: parsed.front.span(['name']),
    ...(replaced_by !== undefined && {
      replacedBy: { name: replaced_by, place: parsed.front.span(['deprecated', 'replaced_by']) },
    }),
  }
}

export async function emitEndpoint(endpoint: Endpoint): Promise<Texts> {
  return {
    json: json(endpoint),
    validator: emitValidator(endpoint),
    types: await emitEndpointTypes(endpoint),
    section: emitEndpointSection(endpoint),
  }
}
