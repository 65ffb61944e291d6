/** The emitted files → disk, or a comparison with what is there. Writes only what differs; removes what is no more. */
import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Output } from './emit.ts'
import { listFiles } from './output-state.ts'
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
  difference.orphaned = listFiles(dir)
    .filter((path) => !output.has(path))
    .sort(compare)
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

export function removeEmptyFolders(dir: string, below: string): void {
  if (below === '.' || below === '') return
  if (readdirSync(join(dir, below)).length > 0) return
  rmdirSync(join(dir, below))
  removeEmptyFolders(dir, dirname(below))
}
