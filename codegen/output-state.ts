/**
 * What a build left in its output folder, so that the next one need not read thousands of files to find that they
 * are as they were: of each file the size, both times, the inode, and the digest of its text.
 *
 * A file whose signature is unchanged is taken to be unchanged. That is safe for `build`: whatever writes to a file
 * moves its change time, which no program can set back. It could stand still only for a write in the very moment
 * after the signature was taken, so files changed that shortly before are read (git does the same). `--check`
 * trusts no signature and reads everything.
 */
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { digestOf } from './cache/store.ts'
import type { Problem } from './problem.ts'

/** Larger than the steps in which file systems count time. */
const momentMs = 50

type Signature = [size: number, mtimeMs: number, ctimeMs: number, inode: number]

export type Known = [...Signature, digest: string]

export interface OutputState {
  /** Of everything that the output was made from. */
  key: string
  problems: Problem[]
  /** Before the signatures were taken. */
  takenMs: number
  files: Record<string, Known>
}

/** A file as it is now; undefined when there is none. */
export function lookAt(dir: string, path: string, state: OutputState | undefined): Known | undefined {
  const signature = signatureOf(join(dir, path))
  if (!signature) return undefined
  const known = state?.files[path]
  const [, mtimeMs, ctimeMs] = signature
  const settled = Math.max(mtimeMs, ctimeMs) < (state?.takenMs ?? 0) - momentMs
  if (known && settled && signature.every((part, at) => part === known[at])) return known
  return [...signature, digestOf(readFileSync(join(dir, path), 'utf8'))]
}

/** As {@link lookAt} finds a file that was just written. */
export function lookAtWritten(dir: string, path: string, digest: string): Known {
  return [...signatureOf(join(dir, path))!, digest]
}

/** The folder's files, if it holds exactly what the state says. */
export function filesOfUntouched(dir: string, state: OutputState): OutputState['files'] | undefined {
  const paths = listFiles(dir)
  if (paths.length !== Object.keys(state.files).length) return undefined
  const files: OutputState['files'] = {}
  for (const path of paths) {
    const found = lookAt(dir, path, state)
    if (!found || found[4] !== state.files[path]?.[4]) return undefined
    files[path] = found
  }
  return files
}

/** Whether some signatures are too young to be believed next time. */
export function isYoung({ files, takenMs }: OutputState): boolean {
  return Object.values(files).some(([, mtimeMs, ctimeMs]) => Math.max(mtimeMs, ctimeMs) >= takenMs - momentMs)
}

function signatureOf(file: string): Signature | undefined {
  const stats = lstatSync(file, { throwIfNoEntry: false })
  return stats?.isFile() ? [stats.size, stats.mtimeMs, stats.ctimeMs, stats.ino] : undefined
}

/** Paths of all files below a folder, "/" between parts. */
export function listFiles(dir: string, below = ''): string[] {
  let entries
  try {
    entries = readdirSync(join(dir, below), { withFileTypes: true })
  } catch {
    return []
  }
  return entries.flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    return entry.isDirectory() ? listFiles(dir, path) : [path]
  })
}
