/** The order of the phases, and nothing else: parse → check → link → emit. No disk, no clock, no environment. */
import { checkBodies } from './body-rules.ts'
import { emit, type Output } from './emit.ts'
import { linkSkills, type LinkedSkill } from './link.ts'
import { parseSkill } from './parse.ts'
import { isError, sortProblems, type Problem } from './problem.ts'
import type { Reading } from './read.ts'

export interface Checked {
  linked: LinkedSkill[]
  /** Sorted; errors and warnings. */
  problems: Problem[]
}

/** Everything short of emitting. */
export function checkSkills(reading: Reading): Checked {
  const parsed = reading.folders.map(parseSkill)
  const { linked, problems } = linkSkills(parsed)
  const all = [
    ...reading.problems,
    ...parsed.flatMap((skill) => skill.problems),
    ...parsed.flatMap(checkBodies),
    ...problems,
  ]
  return { linked, problems: sortProblems(all) }
}

/** `output` is absent while an error stands. */
export async function compileSkills(
  reading: Reading,
  options: { dataOnly: boolean },
): Promise<Checked & { output?: Output }> {
  const checked = checkSkills(reading)
  if (checked.problems.some(isError)) return checked
  return { ...checked, output: await emit(checked.linked, options) }
}
