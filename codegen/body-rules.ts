/**
 * The prose of a skill: agents read it as it is, so nothing in it may be invisible to the person who reviews the
 * rendered page. Read with remark; positions are the file's.
 */
import { spanOf } from './front-matter.ts'
import type { EndpointFile, Layout, Parsed } from './parse.ts'
import { problem, type Problem } from './problem.ts'
import type { Source } from './read.ts'

export interface MarkdownNode {
  type: string
  url?: string
  value?: string
  children?: MarkdownNode[]
  position?: { start: { offset?: number }; end: { offset?: number } }
}

const maxProseLines = 400

/** Of a text with front matter; markdown-tree.ts has it. */
export type ReadMarkdown = (text: string) => MarkdownNode

/**
 * Controls, soft hyphens, bidirectional marks, zero-width characters, variation selectors beyond emoji's own,
 * tag characters, lone surrogates. The zero-width joiner is part of emoji and of several scripts.
 */
const invisible =
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180E\u200B\u200C\u200E\u200F\u2028-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF0-\uFFFB]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]|\uDB40[\uDC00-\uDFFF]/

/** What is wrong with a skill's prose as a whole; each file's own is {@link checkBody}'s. */
export function checkProse(integration: Parsed | undefined, { references, endpoints }: Layout): Problem[] {
  return [...checkLength(integration), ...checkReferences(references, endpoints)]
}

/** The exported SKILL.md has room for fewer than 500 lines, and endpoints are listed below the prose. */
function checkLength(integration: Parsed | undefined): Problem[] {
  if (!integration) return []
  const lines = integration.body.split('\n').length
  if (lines <= maxProseLines) return []
  const { text, file } = integration.source
  const start = text.length - integration.front.body.length
  const details = { lines, limit: maxProseLines }
  return [problem('SKILL_PROSE_TOO_LONG', spanOf(text, file, [start, start]), details)]
}

/** References and endpoint groups are exported to one folder. */
function checkReferences(references: Source[], endpoints: EndpointFile[]): Problem[] {
  const groups = new Set(endpoints.map(({ group }) => `references/${group}.md`))
  return references
    .filter(({ path }) => groups.has(path))
    .map(({ path, file }) => problem('SKILL_REFERENCE_NAME', { file, line: 1, column: 1 }, { name: path }))
}

export function checkBody(source: Source, read: ReadMarkdown | undefined): Problem[] {
  const problems: Problem[] = []
  const { text, file } = source
  const found = invisible.exec(text)
  if (found) {
    const character = `U+${text.codePointAt(found.index)!.toString(16).toUpperCase().padStart(4, '0')}`
    const range = [found.index, found.index + found[0].length] as const
    problems.push(problem('SKILL_HIDDEN_CHARACTER', spanOf(text, file, range), { character }))
  }
  const visit = (node: MarkdownNode): void => {
    const span = () => spanOf(text, file, [node.position?.start.offset ?? 0, node.position?.end.offset ?? 0])
    if (node.type === 'html') {
      const what = node.value?.startsWith('<!--') ? 'an HTML comment' : 'HTML'
      problems.push(problem('SKILL_HIDDEN_TEXT', span(), { what }))
    } else if (node.url !== undefined && isUnsafe(node.url)) {
      problems.push(problem('SKILL_UNSAFE_LINK', span(), { url: node.url.slice(0, 60) }))
    }
    node.children?.forEach(visit)
  }
  if (read && needsTree(source)) visit(read(text))
  return problems
}

/** Plain prose, the common case, needs no parser to be found harmless. */
export function needsTree({ text }: Source): boolean {
  return /[<\]]/.test(bodyOf(text))
}

function bodyOf(text: string): string {
  const end = text.startsWith('---\n') ? text.indexOf('\n---\n', 3) : -1
  return end === -1 ? text : text.slice(end + 5)
}

function isUnsafe(url: string): boolean {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase()
  return scheme !== undefined && !['https', 'http', 'mailto'].includes(scheme)
}
