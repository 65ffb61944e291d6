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

/** A folder's files by what they are, before any is parsed. */
export interface Layout {
  skill?: Source
  endpoints: EndpointFile[]
  references: Source[]
  problems: Problem[]
}

export interface EndpointFile {
  source: Source
  group: string
  stem: string
}

export function layOut(folder: Folder): Layout {
  const layout: Layout = { endpoints: [], references: [], problems: [] }
  for (const source of folder.sources) {
    const endpoint = endpointPath.exec(source.path)
    if (source.path === 'SKILL.md') layout.skill = source
    else if (endpoint) {
      const [, group = defaultGroup, stem = ''] = endpoint
      layout.endpoints.push({ source, group, stem })
      if (!groupName.test(group)) {
        const reason = 'a group has lower-case letters, digits, - and _'
        const remedy = 'Rename it like pull-requests.'
        const details = { key: 'the folder', value: group, reason, remedy }
        layout.problems.push(problem('SKILL_WRONG_FORM', top(source.file), details))
      }
    } else if (referencePath.test(source.path)) layout.references.push(source)
    else layout.problems.push(problem('SKILL_LAYOUT', top(source.file), { what: source.path }))
  }
  if (!layout.skill) {
    const span = top(`${folder.file}/SKILL.md`)
    layout.problems.push(problem('SKILL_NO_INTEGRATION', span, { folder: folder.file }))
  }
  return layout
}

/** Undefined when the file has no front matter that can be read. */
export function parseFile(kind: Kind, source: Source, problems: Problem[]): Parsed | undefined {
  const { front, problems: found } = parseFrontMatter(source)
  problems.push(...found)
  if (!front) return undefined
  const shape = checkShape(kind, front)
  problems.push(...shape.problems)
  return { source, front, data: shape.data, body: front.body.trim() }
}

export function parseSkill(folder: Folder): ParsedSkill {
  const { skill, endpoints, references, problems } = layOut(folder)
  const integration = skill && parseFile('integration', skill, problems)
  const parsed = endpoints.flatMap(({ source, group, stem }) => {
    const endpoint = parseFile('endpoint', source, problems)
    return endpoint ? [{ ...endpoint, group, stem }] : []
  })
  return { folder, ...(integration && { integration }), endpoints: parsed, references, problems }
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
