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
import { emitValidator } from './emit/validators.ts'
import type { LinkedSkill } from './link.ts'
import { compare } from './problem.ts'

/** Path below the output folder → text. */
export type Output = Map<string, string>

export async function emit(skills: readonly LinkedSkill[], options: { dataOnly: boolean }): Promise<Output> {
  const output: Output = new Map()
  output.set('index.json', emitIndex(skills))
  for (const skill of skills) {
    const { integration, endpoints } = skill
    const { name } = integration
    output.set(`${name}/integration.json`, json(integration))
    for (const endpoint of endpoints) {
      output.set(`${name}/endpoints/${endpoint.name}.json`, json(endpoint))
      output.set(`${name}/validators/${endpoint.name}.cjs`, emitValidator(endpoint))
    }
    output.set(`${name}/types.ts`, await emitTypes(skill))
    for (const [path, text] of emitAgentSkill(skill)) output.set(`${name}/skillett-${name}/${path}`, text)
  }
  if (!options.dataOnly) {
    output.set('errors.ts', emitErrors())
    for (const [path, text] of emitAuthorSchemas()) output.set(path, text)
    output.set('openapi.json', emitOpenapi(skills))
    output.set('mcp.json', emitMcp(skills))
  }
  return new Map([...output].sort(([a], [b]) => compare(a, b)))
}
