/** The emitted files → disk, or a comparison with what is there. Writes only what differs; removes what is no more. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Output } from './emit.ts'
import { compare } from './problem.ts'

export interface Difference {
  changed: { path: string; line: number; was: string; is: string }[]
  missing: string[]
  /** Files that no skill stands for. */
  orphaned: string[]
}

/** Pure look: what writing would do. */
export function compareOutput(output: Output, dir: string): Difference {
  const difference: Difference = { changed: [], missing: [], orphaned: [] }
  for (const [path, text] of output) {
    const present = readIfThere(join(dir, path))
    if (present === undefined) difference.missing.push(path)
    else if (present !== text) difference.changed.push({ path, ...firstDifference(present, text) })
  }
  difference.orphaned = listFiles(dir).filter((path) => !output.has(path))
  return difference
}

export function writeOutput(output: Output, dir: string): Difference {
  const difference = compareOutput(output, dir)
  const stale = [...difference.missing, ...difference.changed.map((change) => change.path)]
  // The index first: it marks the folder as ours, so that a run that was cut short can be repeated.
  for (const path of stale.sort((a, b) => Number(b === 'index.json') - Number(a === 'index.json'))) {
    const target = join(dir, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, output.get(path)!)
  }
  for (const path of difference.orphaned) {
    rmSync(join(dir, path))
    removeEmptyFolders(dir, dirname(path))
  }
  return difference
}

/** Whether a folder may be written to: empty, or written by us before. Its orphans will be deleted. */
export function isOutputFolder(dir: string): boolean {
  if (!existsSync(dir)) return true
  const names = readdirSync(dir)
  if (names.length === 0) return true
  const index = readIfThere(join(dir, 'index.json'))
  return index !== undefined && /^\{\s*"format": 1,/.test(index)
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function firstDifference(was: string, is: string): { line: number; was: string; is: string } {
  const before = was.split('\n')
  const after = is.split('\n')
  let line = 0
  while (line < before.length && before[line] === after[line]) line++
  return { line: line + 1, was: before[line] ?? '', is: after[line] ?? '' }
}

function listFiles(dir: string, below = ''): string[] {
  if (!existsSync(join(dir, below))) return []
  return readdirSync(join(dir, below), { withFileTypes: true })
    .flatMap((entry) => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      return entry.isDirectory() ? listFiles(dir, path) : [path]
    })
    .sort(compare)
}

function removeEmptyFolders(dir: string, below: string): void {
  if (below === '.' || below === '') return
  if (readdirSync(join(dir, below)).length > 0) return
  rmdirSync(join(dir, below))
  removeEmptyFolders(dir, dirname(below))
}
