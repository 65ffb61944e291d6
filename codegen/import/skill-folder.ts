/** The folder that an import writes to: what lies there already, and writing without following links. */
import { existsSync, lstatSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Problem } from '../problem.ts'
import { readSkills, type Source } from '../read.ts'
import type { ImportedFile } from './import-skill.ts'

export interface Present {
  sources: Source[]
  problems: Problem[]
}

/** `dir` is the skills folder. */
export function readPresent(dir: string, shown: string, integration: string): Present {
  if (!existsSync(join(dir, integration))) return { sources: [], problems: [] }
  const { folders, problems } = readSkills([{ path: dir, shown }])
  const file = shown === '.' ? integration : `${shown}/${integration}`
  return {
    sources: folders.find(({ name }) => name === integration)?.sources ?? [],
    problems: problems.filter((problem) => problem.file === file || problem.file.startsWith(`${file}/`)),
  }
}

export interface Sorted {
  write: ImportedFile[]
  /** Files that exist with another content, and are left alone. */
  kept: ImportedFile[]
  /** Files of the folder that remain. */
  remaining: Source[]
}

/** An endpoint that lies in another group by now counts as present. */
export function sortFiles(
  files: readonly ImportedFile[],
  present: readonly Source[],
  force: boolean,
): Sorted {
  const stems = new Map(
    present
      .filter(({ path }) => path.startsWith('endpoints/'))
      .map((source) => [stemOf(source.path), source]),
  )
  const sorted: Sorted = { write: [], kept: [], remaining: [] }
  const replaced = new Set<string>()
  for (const file of files) {
    const same = present.find(({ path }) => path === file.path)
    const moved = file.operation === undefined ? undefined : stems.get(stemOf(file.path))
    if ((same && force) || same?.text === file.text) {
      sorted.write.push(file)
      replaced.add(file.path)
    } else if (same ?? moved) sorted.kept.push(file)
    else sorted.write.push(file)
  }
  sorted.remaining = present.filter(({ path }) => !replaced.has(path))
  return sorted
}

function stemOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Overwrites only regular files, and only where `present` says that one is there. */
export function writeFiles(dir: string, files: readonly ImportedFile[]): void {
  for (const { path, text } of files) {
    const target = join(dir, path)
    mkdirSync(dirname(target), { recursive: true })
    const isThere = lstatSync(target, { throwIfNoEntry: false })?.isFile() === true
    writeFileSync(target, text, { flag: isThere ? 'w' : 'wx' })
  }
}
