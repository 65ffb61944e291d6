/**
 * All parsed skills → the manifest. A skill with problems is linked as far as possible, so that one run shows
 * everything; whether the manifest may be emitted is the caller's to decide.
 */
import { digestFiles } from './digest.ts'
import { linkEndpoint } from './link-endpoint.ts'
import { linkIntegration } from './link-integration.ts'
import type { Endpoint, Integration } from './manifest.ts'
import { reporter, type ParsedSkill } from './parse.ts'
import { compare, problem, type Problem } from './problem.ts'
import type { Source } from './read.ts'
import { suggest } from './suggest.ts'

export interface LinkedSkill {
  integration: Integration
  endpoints: Endpoint[]
  /** The SKILL.md's prose. */
  notes: string
  references: Source[]
  license?: string
}

export function linkSkills(skills: readonly ParsedSkill[]): { linked: LinkedSkill[]; problems: Problem[] } {
  const problems: Problem[] = []
  const linked: LinkedSkill[] = []
  for (const skill of skills) {
    const one = linkSkill(skill, problems)
    if (one) linked.push(one)
  }
  return { linked: linked.sort((a, b) => compare(a.integration.name, b.integration.name)), problems }
}

function linkSkill(skill: ParsedSkill, problems: Problem[]): LinkedSkill | undefined {
  const { integration: parsed } = skill
  if (!parsed) {
    // Without an integration the endpoints are still worth checking, against an empty one.
    for (const endpoint of skill.endpoints) linkEndpoint(endpoint, undefined, reporter(endpoint, problems))
    return undefined
  }
  const report = reporter(parsed, problems)
  const digest = digestFiles(skill.folder.sources.map(({ path, text }) => ({ path, content: text })))
  const integration = linkIntegration(parsed, skill.folder.name, digest, report)

  const endpoints = new Map<string, { endpoint: Endpoint; file: string }>()
  for (const source of skill.endpoints) {
    const endpoint = linkEndpoint(source, integration, reporter(source, problems))
    if (!endpoint) continue
    const other = endpoints.get(endpoint.name)
    if (other) {
      const span = source.front.span(['name'])
      problems.push(problem('SKILL_DUPLICATE_ENDPOINT', span, { name: endpoint.name, other: other.file }))
    } else endpoints.set(endpoint.name, { endpoint, file: source.source.file })
  }
  const sorted = [...endpoints.values()]
    .map(({ endpoint }) => endpoint)
    .sort((a, b) => compare(a.group, b.group) || compare(a.name, b.name))
  for (const { name, group, title, description, annotations } of sorted) {
    const { read_only, destructive } = annotations
    integration.endpoints[name] = { group, title, description, read_only, destructive }
  }
  resolveVerify(integration, sorted, report)
  for (const source of skill.endpoints) {
    const replacedBy = (source.data['deprecated'] as { replaced_by?: string } | undefined)?.replaced_by
    if (replacedBy === undefined || findEndpoint(sorted, replacedBy)) continue
    reporter(source, problems)('SKILL_REFERENCE', ['deprecated', 'replaced_by'], {
      key: 'deprecated.replaced_by',
      name: replacedBy,
      suggestion: suggest(
        replacedBy,
        sorted.map(({ name }) => name),
        'Endpoints',
      ),
    })
  }
  const license = parsed.data['license'] as string | undefined
  return {
    integration,
    endpoints: sorted,
    notes: parsed.body,
    references: skill.references,
    ...(license !== undefined && { license }),
  }
}

function resolveVerify(
  integration: Integration,
  endpoints: Endpoint[],
  report: ReturnType<typeof reporter>,
): void {
  const { verify } = integration
  if (!verify) return
  const found = findEndpoint(endpoints, verify.endpoint)
  if (found) {
    verify.endpoint = found.name
    return
  }
  const names = endpoints.map(({ group, name }) => `${group}/${name}`)
  report('SKILL_REFERENCE', ['verify', 'endpoint'], {
    key: 'verify.endpoint',
    name: verify.endpoint,
    suggestion: suggest(verify.endpoint, names, 'Endpoints'),
  })
  delete integration.verify
}

/** By `name` or `group/name`. */
function findEndpoint(endpoints: readonly Endpoint[], reference: string): Endpoint | undefined {
  return endpoints.find(({ name, group }) => name === reference || `${group}/${name}` === reference)
}
