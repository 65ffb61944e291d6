/** The order of the phases, and nothing else: parse → check → link → emit. No disk, no clock, no environment. */
import { emit, type Output } from './emit.ts'
import { linkFrame, linkUnits, type LinkedSkill } from './link.ts'
import { readMarkdown } from './markdown-tree.ts'
import { compare, isError, sortProblems, type Problem } from './problem.ts'
import type { Reading } from './read.ts'
import { compileUnit } from './unit.ts'

export interface Checked {
  linked: LinkedSkill[]
  /** Sorted; errors and warnings. */
  problems: Problem[]
}

/** Everything short of emitting. */
export function checkSkills(reading: Reading): Checked {
  const problems = [...reading.problems]
  const linked: LinkedSkill[] = []
  for (const folder of reading.folders) {
    const frame = linkFrame(folder, readMarkdown)
    const units = frame.layout.endpoints.map((file) => compileUnit(file, frame.integration, readMarkdown))
    const skill = linkUnits(frame, units, frame.problems)
    problems.push(...frame.problems, ...units.flatMap((unit) => unit.problems))
    if (skill) linked.push(skill)
  }
  linked.sort((a, b) => compare(a.integration.name, b.integration.name))
  return { linked, problems: sortProblems(problems) }
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
