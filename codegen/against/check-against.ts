/** Compiled skills and descriptions → problems at places of the skill files. Pure but for what it is given. */
import type { LinkedSkill } from '../link.ts'
import type { Endpoint } from '../manifest.ts'
import { parseSkill, reporter, type Parsed, type ParsedEndpoint } from '../parse.ts'
import { sortProblems, type Problem } from '../problem.ts'
import type { Folder, Reading, Source } from '../read.ts'
import { nearest } from '../suggest.ts'
import { compareGraphql } from './compare-graphql.ts'
import { compareRequest, nameOf } from './compare-request.ts'
import type { Descriptions } from './descriptions.ts'
import { readExcuses, rules, type Excuse } from './excuse.ts'
import type { Finding } from './finding.ts'
import { OperationIndex, placeOf, type DescribedApi } from './operation-index.ts'

export interface Against {
  problems: Problem[]
  /** Integration → endpoints that were compared. */
  compared: Map<string, number>
  /** Integrations that no description speaks for. */
  without: string[]
  /** Descriptions that speak for no integration. */
  unused: string[]
}

export function checkAgainst(
  reading: Reading,
  linked: readonly LinkedSkill[],
  descriptions: Descriptions,
): Against {
  const index = new OperationIndex(descriptions.apis)
  const against: Against = { problems: [], compared: new Map(), without: [], unused: [] }
  const used = new Set<unknown>()
  for (const skill of linked) {
    const { name, base_url } = skill.integration
    const sources = index.sourcesFor(name, base_url)
    const schemas = descriptions.graphql.filter(({ integration }) => integration === name)
    for (const source of [...sources, ...schemas]) used.add(source)
    if (sources.length + schemas.length === 0) {
      against.without.push(name)
      continue
    }
    const folder = reading.folders.find((each) => each.name === name)!
    const files = new SkillFiles(folder)
    let compared = 0
    for (const endpoint of skill.endpoints) {
      const [schema] = schemas
      const isGraphql = endpoint.request.graphql !== undefined
      if (isGraphql ? !schema : sources.length === 0) continue
      compared++
      const findings = isGraphql
        ? compareGraphql(endpoint, schema!)
        : compareEndpoint(endpoint, skill, index, sources)
      files.addFindings(endpoint, findings)
    }
    against.problems.push(...files.takeProblems())
    against.compared.set(name, compared)
  }
  against.problems = sortProblems(against.problems)
  against.unused = [...descriptions.apis, ...descriptions.graphql]
    .filter((each) => !used.has(each))
    .map(({ file }) => file)
  return against
}

function compareEndpoint(
  endpoint: Endpoint,
  { integration }: LinkedSkill,
  index: OperationIndex,
  sources: DescribedApi[],
): Finding[] {
  const { method, path, base_url = integration.base_url } = endpoint.request
  const base = placeOf(base_url) ?? { host: '', path: '' }
  const called = { method, host: base.host, path: base.path + path }
  const found = index.atPath(called, sources)
  const [operation] = found.filter(({ entry }) => entry.operation.method === method)
  if (operation) return compareRequest(endpoint, integration, operation)
  const api =
    sources
      .map(({ file }) => file)
      .slice(0, 3)
      .join(', ') + (sources.length > 3 ? ', …' : '')
  if (found.length > 0) {
    const there = found.map(({ entry }) => `${entry.operation.method} (${nameOf(entry)})`).join(', ')
    return [
      { rule: 'method', subject: method, details: { api, method, path, there }, at: { key: ['method'] } },
    ]
  }
  const paths = sources.flatMap((source) => source.api.operations.map((each) => each.path))
  const near = nearest(path, [...new Set(paths)])
  const suggestion = near === undefined ? 'Compare it with the documentation.' : `Did you mean ${near}?`
  return [{ rule: 'path', subject: path, details: { api, path, suggestion }, at: { key: ['path'] } }]
}

/** The files of one integration, parsed where something is to be said about them. */
class SkillFiles {
  readonly folder: Folder
  readonly problems: Problem[] = []
  readonly shared: { excuse: Excuse; isUsed: boolean }[] = []
  readonly skill: Parsed | undefined

  constructor(folder: Folder) {
    this.folder = folder
    const source = folder.sources.find(({ path }) => path === 'SKILL.md')
    if (!source || !mayExcuse(source)) return
    this.skill = parseSkill({ ...folder, sources: [source] }).integration
    this.shared = readExcuses(this.skill?.data ?? {}).map((excuse) => ({ excuse, isUsed: false }))
  }

  addFindings(endpoint: Endpoint, findings: readonly Finding[]): void {
    const source = this.folder.sources.find(({ path }) => isFileOf(path, endpoint))
    if (!source || (findings.length === 0 && !mayExcuse(source))) return
    const [parsed] = parseSkill({ ...this.folder, sources: [source] }).endpoints
    if (!parsed) return
    const own = readExcuses(parsed.data).map((excuse) => ({ excuse, isUsed: false }))
    for (const finding of findings) {
      const excuses = [...own, ...this.shared].filter(({ excuse }) => isExcused(finding, excuse))
      for (const each of excuses) each.isUsed = true
      if (excuses.length === 0) reportFinding(parsed, finding, this.problems)
    }
    for (const [index, { excuse, isUsed }] of own.entries())
      if (!isUsed)
        reporter(parsed, this.problems)('AGAINST_EXCUSE', ['against', 'ignore', index], { rule: excuse.rule })
  }

  takeProblems(): Problem[] {
    for (const [index, { excuse, isUsed }] of this.shared.entries())
      if (!isUsed && this.skill)
        reporter(this.skill, this.problems)('AGAINST_EXCUSE', ['against', 'ignore', index], {
          rule: excuse.rule,
        })
    return this.problems
  }
}

/** Most files hold no excuse, and need not be parsed to know it. */
function mayExcuse({ text }: Source): boolean {
  return /^["']?against["']?\s*:/m.test(text)
}

function isFileOf(path: string, { group, name }: Endpoint): boolean {
  return path === `endpoints/${group}/${name}.md` || path === `endpoints/${name}.md`
}

function isExcused({ rule, subject }: Finding, excuse: Excuse): boolean {
  return excuse.rule === rule && (excuse.at === undefined || excuse.at === subject)
}

function reportFinding(parsed: ParsedEndpoint, { rule, details, at }: Finding, problems: Problem[]): void {
  const report = reporter(parsed, problems)
  const code = rules[rule]
  if ('key' in at) {
    const path = at.otherwise && !isWritten(parsed.data, at.key) ? at.otherwise : at.key
    report(code, path, details, at.part ?? (path[0] === 'params' ? 'key' : 'value'))
  } else if ('part' in at) {
    const mapping = parsed.data['param_mapping'] as Record<string, unknown> | undefined
    if (mapping && Object.hasOwn(mapping, at.param))
      report(code, ['param_mapping', at.param], details, at.part)
    else report(code, ['params', at.param], details, 'key')
  } else report(code, ['params', at.param, ...at.schema], details, at.isKey ? 'key' : 'value')
}

function isWritten(data: unknown, path: readonly string[]): boolean {
  return (
    path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], data) !==
    undefined
  )
}
