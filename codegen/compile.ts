/** The order of the phases, and nothing else: parse → check → link → emit. No disk, no clock, no environment. */
import { emitEndpointFiles, emitShared, type Output } from './emit.ts'
import { linkFrame, linkUnits, type LinkedSkill } from './link.ts'
import type { Endpoint } from './manifest.ts'
import { readMarkdown } from './markdown-tree.ts'
import { compare, isError, sortProblems, type Problem } from './problem.ts'
import type { Reading } from './read.ts'
import { compileUnit, emitEndpoint, type Texts } from './unit.ts'

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

/** Every file of the output. */
export async function emit(skills: readonly LinkedSkill[], options: { dataOnly: boolean }): Promise<Output> {
  const texts = new Map<Endpoint, Texts>()
  const output: Output = new Map()
  for (const endpoint of skills.flatMap(({ endpoints }) => endpoints)) {
    const own = await emitEndpoint(endpoint)
    texts.set(endpoint, own)
    for (const [path, text] of emitEndpointFiles(endpoint, own)) output.set(path, text)
  }
  const shared = emitShared(skills, (endpoint) => texts.get(endpoint)!, options)
  return new Map([...output, ...shared].sort(([a], [b]) => compare(a, b)))
}
