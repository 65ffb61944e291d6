/**
 * One folder's parts → the manifest of its integration. A skill with problems is linked as far as possible, so that
 * one run shows everything; whether the manifest may be emitted is the caller's to decide.
 */
import { checkBody, checkProse, type ReadMarkdown } from './body-rules.ts'
import { digestFiles } from './digest.ts'
import { linkIntegration } from './link-integration.ts'
import type { Endpoint, Integration } from './manifest.ts'
import { layOut, parseFile, reporter, type Layout, type Parsed } from './parse.ts'
import { compare, problem, type Problem } from './problem.ts'
import type { Folder, Source } from './read.ts'
import { suggest } from './suggest.ts'
import type { Outline, Unit } from './unit.ts'

export interface LinkedSkill<Known extends Outline = Endpoint> {
  integration: Integration
  endpoints: Known[]
  /** The SKILL.md's prose. */
  notes: string
  references: Source[]
  license?: string
}

/** A folder without its endpoints: what every one of them is compiled against. */
export interface Frame {
  layout: Layout
  parsed?: Parsed
  integration?: Integration
  problems: Problem[]
}

export function linkFrame(folder: Folder, read: ReadMarkdown | undefined): Frame {
  const layout = layOut(folder)
  const problems = [...layout.problems]
  const parsed = layout.skill && parseFile('integration', layout.skill, problems)
  problems.push(...checkProse(parsed, layout))
  for (const source of [...(parsed ? [parsed.source] : []), ...layout.references])
    problems.push(...checkBody(source, read))
  // Without an integration the endpoints are still worth checking, against none.
  if (!parsed) return { layout, problems }
  const digest = digestFiles(folder.sources.map(({ path, text }) => ({ path, content: text })))
  const integration = linkIntegration(parsed, folder.name, digest, reporter(parsed, problems))
  return { layout, parsed, integration, problems }
}

/** Puts an integration's endpoints together; what is wrong between them is added to the problems. */
export function linkUnits<Known extends Outline>(
  { layout, parsed, integration }: Frame,
  units: readonly Unit<Known>[],
  problems: Problem[],
): LinkedSkill<Known> | undefined {
  if (!parsed || !integration) return undefined
  const endpoints = new Map<string, { endpoint: Known; file: string }>()
  for (const { endpoint, file, namePlace } of units) {
    if (!endpoint) continue
    const other = endpoints.get(endpoint.name)
    if (other && namePlace) {
      const details = { name: endpoint.name, other: other.file }
      problems.push(problem('SKILL_DUPLICATE_ENDPOINT', namePlace, details))
    } else endpoints.set(endpoint.name, { endpoint, file })
  }
  const sorted = [...endpoints.values()]
    .map(({ endpoint }) => endpoint)
    .sort((a, b) => compare(a.group, b.group) || compare(a.name, b.name))
  for (const { name, group, title, description, annotations } of sorted) {
    const { read_only, destructive } = annotations
    integration.endpoints[name] = { group, title, description, read_only, destructive }
  }
  resolveVerify(integration, sorted, reporter(parsed, problems))
  for (const { replacedBy } of units) {
    if (!replacedBy || findEndpoint(sorted, replacedBy.name)) continue
    const { name, place } = replacedBy
    const names = sorted.map((endpoint) => endpoint.name)
    const suggestion = suggest(name, names, 'Endpoints')
    problems.push(problem('SKILL_REFERENCE', place, { key: 'deprecated.replaced_by', name, suggestion }))
  }
  const license = parsed.data['license'] as string | undefined
  return {
    integration,
    endpoints: sorted,
    notes: parsed.body,
    references: layout.references,
    ...(license !== undefined && { license }),
  }
}

function resolveVerify(
  integration: Integration,
  endpoints: readonly Outline[],
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
function findEndpoint(endpoints: readonly Outline[], reference: string): Outline | undefined {
  return endpoints.find(({ name, group }) => name === reference || `${group}/${name}` === reference)
}
