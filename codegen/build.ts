/**
 * `skillett build`, and each round of `skillett dev`: as little as makes the output folder what the skills say.
 * Nothing changed: every source is read and digested, every output file looked at, and no compiler loaded.
 * Something changed: what was compiled before is taken from the cache, endpoint by endpoint.
 * The files are the same, byte for byte, as those of compile.ts, which knows no cache.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { digestOf, type Store } from './cache/store.ts'
import { CacheGone, type Units } from './cache/units.ts'
import {
  filesOfUntouched,
  isYoung,
  listFiles,
  lookAt,
  lookAtWritten,
  type OutputState,
} from './output-state.ts'
import { compare, isError, type Problem } from './problem.ts'
import type { Reading } from './read.ts'
import { removeEmptyFolders } from './write.ts'

export interface BuildTarget {
  reading: Reading
  /** The output folder, absolute. */
  dir: string
  dataOnly: boolean
  /** Digest of the compiler. */
  compiler: string
  store: Store | undefined
  /** What this process has compiled already. */
  warm?: Map<string, Units>
}

export interface Built {
  problems: Problem[]
  /** Absent while an error stands; nothing is written then. */
  files?: { written: string[]; removed: string[]; total: number }
  /** Puts into the cache what the next build can use. */
  remember(): void
}

export async function build(target: BuildTarget): Promise<Built> {
  const { reading, dir, dataOnly, compiler, store } = target
  const stateName = `${digestOf(dir).slice(0, 32)}.state`
  const key = keyOf(reading, `${compiler} ${dataOnly}`)
  const state = readState(store, stateName)
  const takenMs = Date.now()
  const untouched = state?.key === key && filesOfUntouched(dir, state)
  if (untouched) {
    const { problems } = state
    const remember = (): void => {
      if (isYoung(state)) writeState(store, stateName, { key, problems, takenMs, files: untouched })
    }
    return { problems, files: { written: [], removed: [], total: Object.keys(untouched).length }, remember }
  }
  const { compileReading } = await import('./incremental.ts')
  try {
    const { problems, output, save } = await compileReading(target)
    if (!output || problems.some(isError)) return { problems, remember: save }
    const { files, ...result } = place(output, dir, state)
    const remember = (): void => {
      writeState(store, stateName, { key, problems, takenMs, files })
      save()
    }
    return { problems, files: result, remember }
  } catch (error) {
    if (!(error instanceof CacheGone)) throw error
    return build({ ...target, store: undefined, warm: new Map() })
  }
}

function keyOf({ folders, problems }: Reading, context: string): string {
  const parts = folders.flatMap((folder) => [
    `${folder.name}\0${folder.file}`,
    ...folder.sources.map(({ file, path, text }) => `${file}\0${path}\0${text.length}\0${text}`),
  ])
  return digestOf([context, JSON.stringify(problems), ...parts].join('\0'))
}

function readState(store: Store | undefined, name: string): OutputState | undefined {
  const text = store?.read(name)
  return text === undefined ? undefined : (JSON.parse(text) as OutputState)
}

function writeState(store: Store | undefined, name: string, state: OutputState): void {
  store?.write(name, JSON.stringify(state))
}

/** A text of the output; read from the cache only when it has to be written. */
export interface Piece {
  digest: string
  text(): string
}

function place(output: ReadonlyMap<string, Piece>, dir: string, state: OutputState | undefined) {
  const removed = listFiles(dir).filter((path) => !output.has(path))
  const written: string[] = []
  const files: OutputState['files'] = {}
  const folders = new Set<string>()
  // The index first: it marks the folder as ours, so that a run that was cut short can be repeated.
  const paths = [...output.keys()].sort(
    (a, b) => Number(b === 'index.json') - Number(a === 'index.json') || compare(a, b),
  )
  for (const path of paths) {
    const { digest, text } = output.get(path)!
    const present = lookAt(dir, path, state)
    if (present?.[4] === digest) {
      files[path] = present
      continue
    }
    const file = join(dir, path)
    if (!folders.has(dirname(file))) mkdirSync(dirname(file), { recursive: true })
    folders.add(dirname(file))
    if (present === undefined) writeFileSync(file, text())
    else replace(file, text())
    written.push(path)
    files[path] = lookAtWritten(dir, path, digest)
  }
  for (const path of removed) {
    rmSync(join(dir, path))
    removeEmptyFolders(dir, dirname(path))
  }
  return { files, written, removed, total: output.size }
}

/** A gateway may be reading it: it finds the old text or the new one, and no half. */
function replace(file: string, text: string): void {
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, text)
  renameSync(draft, file)
}
