/** Compiled endpoints by what they were compiled from: the compiler, the integration's SKILL.md, and their own file. */
import type { EndpointFile, Layout } from '../parse.ts'
import type { Outline, Texts, Unit } from '../unit.ts'
import { digestOf, type Store } from './store.ts'

export interface CachedUnit {
  unit: Unit<Outline>
  /** Absent while an error stands in the file. */
  texts?: Texts
  /** Of the two texts that are files of their own. */
  digests?: { json: string; validator: string }
}

/** Key → endpoint. */
export type Units = Map<string, CachedUnit>

/** The names of files are part of it: problems carry them. */
export function keyOf(compiler: string, { skill }: Layout, { source }: EndpointFile): string {
  return digestOf([compiler, skill?.text ?? '', source.file, source.path, source.text].join('\0'))
}

/** What the cache promised is gone. The caller compiles without it. */
export class CacheGone extends Error {}

/**
 * Two parts an integration: `base` with all endpoints, and `recent` with those compiled since it was written, so
 * that a change of one endpoint does not write a thousand. The large texts lie beside each part and are read only
 * when one of them is wanted: mostly what is in the output folder is right already.
 */
export function readUnits(store: Store | undefined, name: string): Units {
  if (!store) return new Map()
  return new Map([...readPart(store, `${name}.base`), ...readPart(store, `${name}.recent`)])
}

/** @param units all that are in use @param fresh those of them that the cache does not have */
export function writeUnits(store: Store | undefined, name: string, units: Units, fresh: Units): void {
  if (!store || fresh.size === 0) return
  const recent = new Map([...readPart(store, `${name}.recent`), ...fresh])
  if (recent.size < units.size / 10) return writePart(store, `${name}.recent`, recent)
  writePart(store, `${name}.base`, units)
  writePart(store, `${name}.recent`, new Map())
}

type LargeTexts = Pick<Texts, 'json' | 'validator'>

function writePart(store: Store, name: string, units: Units): void {
  const large: Record<string, LargeTexts> = {}
  const rest: [string, CachedUnit & { texts?: Partial<Texts> }][] = []
  for (const [key, { texts, ...cached }] of units) {
    if (texts) large[key] = { json: texts.json, validator: texts.validator }
    const { types, section } = texts ?? {}
    rest.push([key, { ...cached, ...(texts && { texts: { types, section } as Texts }) }])
  }
  const text = JSON.stringify(large)
  store.write(`${name}.texts`, text)
  store.write(name, JSON.stringify({ texts: digestOf(text), units: rest }))
}

function readPart(store: Store, name: string): Units {
  const part = store.read(name)
  if (part === undefined) return new Map()
  const { texts: digest, units } = JSON.parse(part) as { texts: string; units: [string, CachedUnit][] }
  let read: Record<string, LargeTexts> | undefined
  const largeOf = (key: string): LargeTexts => {
    if (!read) {
      const text = store.read(`${name}.texts`)
      if (text === undefined || digestOf(text) !== digest) throw new CacheGone()
      read = JSON.parse(text) as Record<string, LargeTexts>
    }
    return read[key]!
  }
  for (const [key, { texts }] of units) {
    if (!texts) continue
    Object.defineProperties(texts, {
      json: { get: () => largeOf(key).json },
      validator: { get: () => largeOf(key).validator },
    })
  }
  return new Map(units)
}
