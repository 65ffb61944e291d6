/** All skills → output, taking from the cache every endpoint that was compiled before from the same text. */
import { needsTree, type ReadMarkdown } from './body-rules.ts'
import type { BuildTarget, Piece } from './build.ts'
import { digestOf } from './cache/store.ts'
import { keyOf, readUnits, writeUnits, type CachedUnit, type Units } from './cache/units.ts'
import { emitEndpointFiles, emitShared } from './emit.ts'
import { linkFrame, linkUnits, type LinkedSkill } from './link.ts'
import type { Integration } from './manifest.ts'
import { layOut, type EndpointFile } from './parse.ts'
import { isError, sortProblems, type Problem } from './problem.ts'
import type { Folder } from './read.ts'
import type { Outline, Texts } from './unit.ts'

export interface Compiled {
  problems: Problem[]
  /** Absent while an error stands. */
  output?: Map<string, Piece>
  /** Puts what was compiled into the cache. */
  save(): void
}

export async function compileReading({
  reading,
  dataOnly,
  compiler,
  store,
  warm,
}: BuildTarget): Promise<Compiled> {
  const problems = [...reading.problems]
  const skills: LinkedSkill<Outline>[] = []
  const all = new Map<Outline, CachedUnit>()
  const saves: (() => void)[] = []
  for (const folder of reading.folders) {
    const name = digestOf(folder.file).slice(0, 32)
    const known = warm?.get(name) ?? readUnits(store, name)
    const units: Units = new Map()
    const fresh: Units = new Map()
    const layout = layOut(folder)
    const read = await readerFor(folder, (file) => known.has(keyOf(compiler, layout, file)), layout.endpoints)
    const frame = linkFrame(folder, read)
    for (const file of frame.layout.endpoints) {
      const key = keyOf(compiler, layout, file)
      const cached = known.get(key) ?? (await compileEndpoint(file, frame.integration, read))
      if (!known.has(key)) fresh.set(key, cached)
      units.set(key, cached)
      if (cached.unit.endpoint) all.set(cached.unit.endpoint, cached)
    }
    const list = [...units.values()].map(({ unit }) => unit)
    const skill = linkUnits(frame, list, frame.problems)
    problems.push(...frame.problems, ...list.flatMap((unit) => unit.problems))
    if (skill) skills.push(skill)
    warm?.set(name, units)
    saves.push(() => writeUnits(store, name, units, fresh))
  }
  const sorted = sortProblems(problems)
  const save = (): void => saves.forEach((write) => write())
  if (sorted.some(isError)) return { problems: sorted, save }
  return { problems: sorted, output: piecesOf(skills, all, dataOnly), save }
}

/** The markdown reader, if any text has to be read that was not compiled before. */
async function readerFor(
  folder: Folder,
  isKnown: (file: EndpointFile) => boolean,
  endpoints: EndpointFile[],
): Promise<ReadMarkdown | undefined> {
  const known = new Set(endpoints.filter(isKnown).map(({ source }) => source))
  if (!folder.sources.some((source) => !known.has(source) && needsTree(source))) return undefined
  return (await import('./markdown-tree.ts')).readMarkdown
}

async function compileEndpoint(
  file: EndpointFile,
  integration: Integration | undefined,
  read: ReadMarkdown | undefined,
): Promise<CachedUnit> {
  const { compileUnit, emitEndpoint } = await import('./unit.ts')
  const { endpoint, ...unit } = compileUnit(file, integration, read)
  if (!endpoint) return { unit }
  const { group, title, description, annotations, deprecated, name } = endpoint
  const outline: Outline = {
    integration: endpoint.integration,
    ...{ name, group, title, description, annotations },
    ...(deprecated && { deprecated }),
  }
  if (unit.problems.some(isError)) return { unit: { ...unit, endpoint: outline } }
  const texts = await emitEndpoint(endpoint)
  const digests = { json: digestOf(texts.json), validator: digestOf(texts.validator) }
  return { unit: { ...unit, endpoint: outline }, texts, digests }
}

function piecesOf(
  skills: readonly LinkedSkill<Outline>[],
  all: ReadonlyMap<Outline, CachedUnit>,
  dataOnly: boolean,
): Map<string, Piece> {
  const textsOf = (endpoint: Outline): Texts => all.get(endpoint)!.texts!
  const output = new Map<string, Piece>()
  for (const { endpoints } of skills) {
    for (const endpoint of endpoints) {
      const { digests } = all.get(endpoint)!
      const texts = textsOf(endpoint)
      const [json, validator] = emitEndpointFiles(endpoint, digests!).entries()
      output.set(json![0], { digest: json![1], text: () => texts.json })
      output.set(validator![0], { digest: validator![1], text: () => texts.validator })
    }
  }
  for (const [path, text] of emitShared(skills, textsOf, { dataOnly }))
    output.set(path, { digest: digestOf(text), text: () => text })
  return output
}
