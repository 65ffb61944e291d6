/** `skillett validate --against …`: descriptions read, skills held against them, and what was compared in one line each. */
import { plural } from '../report.ts'
import type { LinkedSkill } from '../link.ts'
import type { Problem } from '../problem.ts'
import type { Reading } from '../read.ts'
import { checkAgainst } from './check-against.ts'
import { readDescriptions } from './descriptions.ts'

export interface Comparison {
  problems: Problem[]
  /** For people. */
  summary: string
}

/** The reason is for wrong usage: a file that cannot be read, or that speaks for no integration. */
export async function compareWith(
  values: readonly string[],
  reading: Reading,
  linked: readonly LinkedSkill[],
): Promise<Comparison | { reason: string }> {
  const descriptions = await readDescriptions(values)
  if ('reason' in descriptions) return descriptions
  const { problems, compared, without, unused } = checkAgainst(reading, linked, descriptions.value)
  const idle = [...descriptions.value.named].find((path) => unused.some((file) => path.endsWith(file)))
  if (idle !== undefined)
    return { reason: `${idle} describes none of these integrations; say which one: --against NAME=${idle}` }
  const lines = [
    ...[...compared].map(
      ([name, count]) => `${name}: ${plural(count, 'endpoint')} compared with a description`,
    ),
    ...(without.length > 0 ? [`not compared, no description: ${without.join(', ')}`] : []),
    ...(unused.length > 0 ? [`without a skill: ${unused.join(', ')}`] : []),
  ]
  return { problems, summary: lines.map((line) => `${line}\n`).join('') }
}
