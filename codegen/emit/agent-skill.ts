/**
 * `skillett-<integration>/`: the skill as an Agent Skill. Readers of that format refuse unknown front matter keys,
 * so nothing of ours leaks into it: the authors' format goes in, a clean SKILL.md and references come out.
 */
import type { LinkedSkill } from '../link.ts'
import type { Endpoint, JsonSchema } from '../manifest.ts'
import type { Outline } from '../unit.ts'
import { banner, skillSource } from './banner.ts'

/** The format recommends fewer than 500 lines; a longer list of endpoints stays in the references. */
const maxLines = 490

/** @param sectionOf what {@link emitEndpointSection} makes of the endpoint */
export function emitAgentSkill<Known extends Outline>(
  skill: LinkedSkill<Known>,
  sectionOf: (endpoint: Known) => string,
): Map<string, string> {
  const groups = groupEndpoints(skill.endpoints)
  const files = new Map<string, string>()
  files.set('SKILL.md', skillFile(skill, groups))
  for (const [group, endpoints] of groups)
    files.set(`references/${group}.md`, referenceFile(skill, group, endpoints.map(sectionOf)))
  for (const { path, text } of skill.references) files.set(path, `${text.trimEnd()}\n`)
  return files
}

function groupEndpoints<Known extends Outline>(endpoints: readonly Known[]): Map<string, Known[]> {
  const groups = new Map<string, Known[]>()
  for (const endpoint of endpoints) {
    const group = groups.get(endpoint.group)
    if (group) group.push(endpoint)
    else groups.set(endpoint.group, [endpoint])
  }
  return groups
}

function skillFile(skill: LinkedSkill<Outline>, groups: Map<string, Outline[]>): string {
  const { integration, notes, license } = skill
  const { name, description, version } = integration
  const front = [
    '---',
    `name: skillett-${name}`,
    `description: ${JSON.stringify(description)}`,
    ...(license === undefined ? [] : [`license: ${JSON.stringify(license)}`]),
    'compatibility: Needs the skillett command and a connected account.',
    'metadata:',
    `  integration: ${JSON.stringify(name)}`,
    `  version: ${JSON.stringify(version)}`,
    '---',
  ]
  const body = [
    '',
    ...(notes === '' ? [`# ${integration.title}`] : notes.split('\n')),
    '',
    '## Endpoints',
    '',
    `Call one with \`skillett run ${name} <endpoint> --<parameter> <value>\`. \`skillett run ${name} <endpoint> --help\``,
    'shows its parameters, `--dry-run` the request without sending it. When no account is connected:',
    `\`skillett connect ${name}\`.`,
  ]
  const footer = ['', banner(skillSource(name)), '']
  const long = [...groups].flatMap(([group, endpoints]) => [
    '',
    `### ${group}`,
    '',
    `Parameters and examples: [references/${group}.md](references/${group}.md).`,
    '',
    ...endpoints.map((endpoint) => `- \`${endpoint.name}\`${mark(endpoint)}: ${oneLine(endpoint.title)}`),
  ])
  const short = [
    '',
    ...[...groups].map(
      ([group, endpoints]) =>
        `- [${group}](references/${group}.md): ${endpoints.length} endpoint${endpoints.length === 1 ? '' : 's'}`,
    ),
  ]
  const fits = front.length + body.length + long.length + footer.length <= maxLines
  return [...front, ...body, ...(fits ? long : short), ...footer].join('\n')
}

function mark({ annotations, deprecated }: Outline): string {
  const marks = [annotations.destructive ? 'destructive' : '', deprecated ? 'deprecated' : ''].filter(Boolean)
  return marks.length === 0 ? '' : ` (${marks.join(', ')})`
}

function referenceFile({ integration }: LinkedSkill<Outline>, group: string, sections: string[]): string {
  const { name, title } = integration
  const source = banner(`${skillSource(name)}/endpoints/${group}`)
  return [`# ${title}: ${group}`, ...sections, '', source, ''].join('\n')
}

/** An endpoint's part of its group's reference file. */
export function emitEndpointSection(endpoint: Endpoint): string {
  const lines = ['', `## ${endpoint.name}`, '', endpoint.description, ...parameterLines(endpoint.input)]
  if (endpoint.examples.length > 0) lines.push('', '```sh', ...endpoint.examples.map(({ run }) => run), '```')
  if (endpoint.notes !== '') lines.push('', ...nestHeadings(endpoint.notes).split('\n'))
  return lines.join('\n')
}

function parameterLines(input: JsonSchema): string[] {
  const properties = Object.entries(input['properties'] as Record<string, JsonSchema>)
  if (properties.length === 0) return ['', 'Takes no parameters.']
  const required = input['required'] as string[]
  return ['', ...properties.map(([name, schema]) => parameterLine(name, schema, required.includes(name)))]
}

function parameterLine(name: string, schema: JsonSchema, required: boolean): string {
  const { description, enum: values, default: fallback, deprecated } = schema
  const facts = [
    typeText(schema),
    required ? 'required' : '',
    Array.isArray(values) ? `one of ${values.map((value) => `\`${String(value)}\``).join(', ')}` : '',
    fallback === undefined ? '' : `default \`${JSON.stringify(fallback)}\``,
    deprecated === true ? 'deprecated' : '',
  ].filter(Boolean)
  const text = typeof description === 'string' ? `: ${oneLine(description)}` : ''
  return `- \`--${name}\` (${facts.join('; ')})${text}`
}

function typeText(schema: JsonSchema): string {
  const { type, items, format } = schema
  if (type === 'array' && items !== null && typeof items === 'object')
    return `${typeText(items as JsonSchema)}, repeatable`
  if (typeof format === 'string') return format
  return Array.isArray(type) ? type.join(' or ') : String(type ?? 'any')
}

/** Notes stand below a heading of the second level. */
function nestHeadings(markdown: string): string {
  let fenced = false
  return markdown
    .split('\n')
    .map((line) => {
      if (/^\s*(```|~~~)/.test(line)) fenced = !fenced
      return !fenced && /^#{1,4} /.test(line) ? `##${line}` : line
    })
    .join('\n')
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
