/**
 * One integration's folder → drafts: front matter of the right shape, with places, and the bodies.
 * What a file is follows from where it lies: SKILL.md, endpoints/<group>/<endpoint>.md, references/<name>.md.
 */
import { parseFrontMatter, type FrontMatter } from './front-matter.ts'
import { problem, type Problem, type Span } from './problem.ts'
import type { Folder, Source } from './read.ts'
import { checkShape, type Kind } from './shape.ts'

export interface Parsed {
  source: Source
  front: FrontMatter
  /** Front matter without what deviates from its shape. Only keys required at the top may be missing. */
  data: Record<string, unknown>
  body: string
}

export interface ParsedEndpoint extends Parsed {
  group: string
  /** The file's name without `.md`. */
  stem: string
}

export interface ParsedSkill {
  folder: Folder
  integration?: Parsed
  endpoints: ParsedEndpoint[]
  references: Source[]
  problems: Problem[]
}

const endpointPath = /^endpoints\/(?:([^/]+)\/)?([^/]+)\.md$/
const groupName = /^[a-z][a-z0-9]*([-_][a-z0-9]+)*$/
const referencePath = /^references\/[A-Za-z0-9][A-Za-z0-9._-]*\.md$/

/** The group of an endpoint that lies directly below endpoints/. */
const defaultGroup = 'general'

export function parseSkill(folder: Folder): ParsedSkill {
  const skill: ParsedSkill = { folder, endpoints: [], references: [], problems: [] }
  const parse = (kind: Kind, source: Source): Parsed | undefined => {
    const { front, problems } = parseFrontMatter(source)
    skill.problems.push(...problems)
    if (!front) return undefined
    const shape = checkShape(kind, front)
    skill.problems.push(...shape.problems)
    return { source, front, data: shape.data, body: front.body.trim() }
  }
  for (const source of folder.sources) {
    const endpoint = endpointPath.exec(source.path)
    if (source.path === 'SKILL.md') {
      const parsed = parse('integration', source)
      if (parsed) skill.integration = parsed
    } else if (endpoint) {
      const parsed = parse('endpoint', source)
      if (parsed) skill.endpoints.push({ ...parsed, group: endpoint[1] ?? defaultGroup, stem: endpoint[2]! })
      if (endpoint[1] !== undefined && !groupName.test(endpoint[1])) {
        const reason = 'a group has lower-case letters, digits, - and _'
        const details = {
          key: 'the folder',
          value: endpoint[1],
          reason,
          remedy: 'Rename it like pull-requests.',
        }
        skill.problems.push(problem('SKILL_WRONG_FORM', top(source.file), details))
      }
    } else if (referencePath.test(source.path)) {
      skill.references.push(source)
    } else {
      skill.problems.push(problem('SKILL_LAYOUT', top(source.file), { what: source.path }))
    }
  }
  if (!folder.sources.some((source) => source.path === 'SKILL.md')) {
    const span = top(`${folder.file}/SKILL.md`)
    skill.problems.push(problem('SKILL_NO_INTEGRATION', span, { folder: folder.file }))
  }
  return skill
}

/** Where a problem of a file as a whole stands. */
function top(file: string): Span {
  return { file, line: 1, column: 1 }
}

/** Reports problems at places of one parsed file. A `part` other than key or value is text inside the value. */
export function reporter(parsed: Parsed, problems: Problem[]) {
  return (
    code: Parameters<typeof problem>[0],
    path: readonly (string | number)[],
    details: Parameters<typeof problem>[2] = {},
    part: string = 'value',
  ): void => {
    const span =
      part === 'key' || part === 'value' ? parsed.front.span(path, part) : parsed.front.spanInside(path, part)
    problems.push(problem(code, span, details))
  }
}
