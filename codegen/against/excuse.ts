/**
 * Written excuses: `against: {ignore: [{rule, at?, reason}]}` in an endpoint's front matter, or in SKILL.md for all
 * endpoints. Descriptions are wrong too; a difference that is meant needs a reason, and one that excuses nothing
 * is told.
 */
import { closed, text, type ShapeSchema } from '../schema/values.ts'

/** What may differ, one word for each code. */
export const rules = {
  path: 'AGAINST_PATH',
  method: 'AGAINST_METHOD',
  parameter: 'AGAINST_PARAMETER',
  body: 'AGAINST_BODY',
  type: 'AGAINST_TYPE',
  enum: 'AGAINST_ENUM',
  required: 'AGAINST_REQUIRED',
  graphql: 'AGAINST_GRAPHQL',
} as const

export type Rule = keyof typeof rules

export interface Excuse {
  rule: Rule
  /** Only for this parameter, key or value. */
  at?: string
  reason: string
}

export const excuseSchema: ShapeSchema = closed(
  {
    ignore: {
      type: 'array',
      minItems: 1,
      maxItems: 50,
      items: closed({ rule: { type: 'string', enum: Object.keys(rules) }, at: text, reason: text }, [
        'rule',
        'reason',
      ]),
    },
  },
  ['ignore'],
)

/** The excuses of front matter whose shape has been checked. */
export function readExcuses(data: Record<string, unknown>): Excuse[] {
  const written = data['against'] as { ignore?: (Excuse | undefined)[] } | undefined
  return (written?.ignore ?? []).flatMap((excuse) => (excuse ? [excuse] : []))
}
