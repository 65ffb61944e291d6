/**
 * One markdown file → front matter as data with places, and the body.
 *
 * gray-matter separates and hands the block to our YAML. It would also execute `---js` blocks, in every spelling
 * and even where the language option says YAML; so the tag is looked at first, and all engines but ours throw.
 */
import matter from 'gray-matter'
import { problem, type Place, type Problem, type Span } from './problem.ts'
import type { Source } from './read.ts'
import { maxYamlBytes, parseYaml, type Range, type Yaml, type YamlPath } from './yaml.ts'

export interface FrontMatter {
  source: Source
  data: Record<string, unknown>
  /** Everything below the closing line. */
  body: string
  /** The place of a key or value of the front matter. */
  span(path: YamlPath, part?: 'key' | 'value'): Span
  /** The place of a part of a text value, such as one name in a mapping. Falls back to the whole value. */
  spanInside(path: YamlPath, part: string, occurrence?: number): Span
}

const delimiter = '---'

const refuse = {
  parse: (): never => {
    throw new Error('Front matter is never executed')
  },
}

export function parseFrontMatter(source: Source): { front?: FrontMatter; problems: Problem[] } {
  const { text, file } = source
  const place = (range: Range): Span => spanOf(text, file, range)
  const refused = (code: Parameters<typeof problem>[0], range: Range, details = {}) => ({
    problems: [problem(code, place(range), details)],
  })

  if (!text.startsWith(delimiter) || text[delimiter.length] === '-') {
    return refused('SKILL_NO_FRONT_MATTER', [0, 0])
  }
  const tagEnd = lineEnd(text, 0)
  const language = text.slice(delimiter.length, tagEnd).trim()
  if (language !== '') {
    return refused('SKILL_FRONT_MATTER_LANGUAGE', [delimiter.length, tagEnd], {
      language: language.slice(0, 40),
    })
  }
  const close = text.indexOf(`\n${delimiter}`, delimiter.length)
  if (close === -1 || text.slice(close + 1, lineEnd(text, close + 1)).trimEnd() !== delimiter) {
    return refused('SKILL_FRONT_MATTER_OPEN', close === -1 ? [0, 3] : [close + 1, lineEnd(text, close + 1)])
  }
  const size = Buffer.byteLength(text.slice(tagEnd, close))
  if (size > maxYamlBytes) {
    return refused('SKILL_FRONT_MATTER_TOO_LARGE', [0, 3], { size, limit: maxYamlBytes })
  }

  let yaml: Yaml | undefined
  const { content } = matter(text, {
    language: 'yaml',
    engines: {
      yaml: { parse: (block: string) => ((yaml = parseYaml(block)), {}) },
      json: refuse,
      toml: refuse,
      coffee: refuse,
      javascript: refuse,
      js: refuse,
    },
  })
  yaml ??= parseYaml('')
  const { mistakes, data: written, find } = yaml
  // The block that gray-matter hands over begins right after the opening delimiter.
  const shift = ([start, end]: Range): Range => [start + delimiter.length, end + delimiter.length]
  const problems = mistakes.map(({ code, range, details }) =>
    problem(
      code,
      place(shift(range)),
      code === 'SKILL_DUPLICATE_KEY'
        ? { ...details, first: placeOf(text, Number(details['first']) + delimiter.length).line }
        : details,
    ),
  )
  const data = written ?? (problems.length > 0 ? undefined : {})
  if (data === undefined) return { problems }
  if (typeof data !== 'object' || Array.isArray(data)) {
    return refused('SKILL_YAML_SYNTAX', [tagEnd + 1, close], {
      reason: 'front matter is a list of keys and values',
    })
  }
  const range = (path: YamlPath, part: 'key' | 'value'): Range =>
    path.length === 0 ? [0, delimiter.length] : shift(find(path, part))
  return {
    problems,
    front: {
      source,
      data: data as Record<string, unknown>,
      body: content,
      span: (path, part = 'value') => place(range(path, part)),
      spanInside: (path, part, occurrence = 0) => {
        const [start, end] = range(path, 'value')
        let found = -1
        for (let count = 0; count <= occurrence; count++)
          found = text.slice(start, end).indexOf(part, found + 1)
        return place(
          found === -1 || part === '' ? [start, end] : [start + found, start + found + part.length],
        )
      },
    },
  }
}

export function spanOf(text: string, file: string, [start, end]: Range): Span {
  const from = placeOf(text, start)
  return end > start ? { file, ...from, end: placeOf(text, end) } : { file, ...from }
}

function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  let line = 1
  for (let at = before.indexOf('\n'); at !== -1; at = before.indexOf('\n', at + 1)) line++
  return { line, column: offset - lineStart + 1 }
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end === -1 ? text.length : end
}
