/**
 * The manifest → every file of generated/, as a map of path to text. Pure, and the same bytes for the same skills:
 * sorted, LF, one final newline, no dates, no absolute paths.
 */
import { emitAgentSkill } from './emit/agent-skill.ts'
import { emitAuthorSchemas } from './emit/author-schema.ts'
import { emitErrors } from './emit/errors.ts'
import { emitIndex, json } from './emit/index-json.ts'
import { emitMcp } from './emit/mcp.ts'
import { emitOpenapi } from './emit/openapi.ts'
import { emitTypes } from './emit/types.ts'
import type { LinkedSkill } from './link.ts'
import type { Endpoint } from './manifest.ts'
import type { Outline, Texts } from './unit.ts'

/** Path below the output folder → text. */
export type Output = Map<string, string>

/** The files of one endpoint alone. */
export function emitEndpointFiles(
  { integration, name }: Pick<Endpoint, 'integration' | 'name'>,
  texts: { json: string; validator: string },
): Map<string, string> {
  return new Map([
    [`${integration}/endpoints/${name}.json`, texts.json],
    [`${integration}/validators/${name}.cjs`, texts.validator],
  ])
}

/** The files that several endpoints make together. */
export function emitShared<Known extends Outline>(
  skills: readonly LinkedSkill<Known>[],
  textsOf: (endpoint: Known) => Texts,
  options: { dataOnly: boolean },
): Output {
  const output: Output = new Map()
  output.set('index.json', emitIndex(skills))
  for (const skill of skills) {
    const { name } = skill.integration
    output.set(`${name}/integration.json`, json(skill.integration))
    const types = skill.endpoints.map((endpoint) => textsOf(endpoint).types)
    output.set(`${name}/types.ts`, emitTypes(skill.integration, types))
    const files = emitAgentSkill(skill, (endpoint) => textsOf(endpoint).section)
    for (const [path, text] of files) output.set(`${name}/skillett-${name}/${path}`, text)
  }
  if (options.dataOnly) return output
  const whole = skills.map((skill) => ({
    ...skill,
    endpoints: skill.endpoints.map((endpoint) => JSON.parse(textsOf(endpoint).json) as Endpoint),
  }))
  output.set('errors.ts', emitErrors())
  for (const [path, text] of emitAuthorSchemas()) output.set(path, text)
  output.set('openapi.json', emitOpenapi(whole))
  output.set('mcp.json', emitMcp(whole))
  return output
}
