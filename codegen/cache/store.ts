/**
 * A folder of files that hold what was compiled before. Nothing in it is believed: a file is another's, changed or
 * cut short unless it is ours alone and begins with the digest of its rest; then it is as if it were not there.
 * Nothing may fail for want of it either.
 */
import { hash } from 'node:crypto'
import {
  closeSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

const maxBytes = 256 * 1024 * 1024

export interface Store {
  /** Undefined when there is none that can be believed. */
  read(name: string): string | undefined
  write(name: string, text: string): void
}

/** Of a text, 64 hex digits. */
export function digestOf(text: string): string {
  return hash('sha256', text)
}

/** Undefined when the folder cannot be made, or is not the user's alone. */
export function openStore(dir: string): Store | undefined {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    if (!isOurs(lstatSync(dir)) || !lstatSync(dir).isDirectory()) return undefined
  } catch {
    return undefined
  }
  return {
    read(name) {
      let file: number | undefined
      try {
        file = openSync(join(dir, name), 'r')
        const stats = fstatSync(file)
        if (!stats.isFile() || !isOurs(stats) || stats.size > maxBytes) return undefined
        const text = readFileSync(file, 'utf8')
        const body = text.slice(65)
        return text[64] === '\n' && text.slice(0, 64) === digestOf(body) ? body : undefined
      } catch {
        return undefined
      } finally {
        if (file !== undefined) closeSync(file)
      }
    },
    write(name, text) {
      const draft = join(dir, `.${name}.${process.pid}`)
      try {
        // Moved into its place whole, so that no reader meets a half.
        writeFileSync(draft, `${digestOf(text)}\n${text}`, { mode: 0o600, flag: 'wx' })
        renameSync(draft, join(dir, name))
        prune(dir)
      } catch {
        rmSync(draft, { force: true })
      }
    },
  }
}

/** What others may write to, they may have written. */
function isOurs({ uid, mode }: { uid: number; mode: number }): boolean {
  const user = process.getuid?.()
  return user === undefined || (uid === user && (mode & 0o022) === 0)
}

/** The oldest go first. */
function prune(dir: string): void {
  const files = readdirSync(dir)
    .map((name) => ({ path: join(dir, name), stats: statSync(join(dir, name)) }))
    .sort((a, b) => b.stats.mtimeMs - a.stats.mtimeMs)
  let total = 0
  for (const { path, stats } of files) if ((total += stats.size) > maxBytes) rmSync(path, { force: true })
}
