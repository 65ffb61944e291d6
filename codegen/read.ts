/**
 * Skill folders → texts. The only phase that reads the disk.
 * Everything in a skill folder may come from a stranger: links are not followed, sizes and counts are capped,
 * and what is not UTF-8 is refused instead of guessed.
 */
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { normalizeText } from './digest.ts'
import { compare, problem, type Problem } from './problem.ts'

const maxFileBytes = 1024 * 1024
const maxFiles = 20_000
const maxDepth = 4

export interface Source {
  /** Relative to the integration's folder, "/" between parts. */
  path: string
  /** The name that problems show: the path as the author would type it. */
  file: string
  text: string
}

/** One integration's folder. */
export interface Folder {
  name: string
  /** As problems show it. */
  file: string
  sources: Source[]
}

export interface Reading {
  folders: Folder[]
  problems: Problem[]
}

/**
 * Reads all integration folders of several skill directories. A folder of a later directory replaces one of the
 * same name of an earlier.
 */
export function readSkills(dirs: readonly { path: string; shown: string }[]): Reading {
  const folders = new Map<string, Folder>()
  const problems: Problem[] = []
  for (const dir of dirs) {
    const names = listFolders(dir.path)
    if (names.length === 0) problems.push(problem('SKILL_NO_SKILLS', at(dir.shown), { dir: dir.shown }))
    for (const name of names) {
      const shown = dir.shown === '.' ? name : `${dir.shown}/${name}`
      folders.set(name, readFolder(join(dir.path, name), name, shown, problems))
    }
  }
  return { folders: [...folders.values()].sort((a, b) => compare(a.name, b.name)), problems }
}

function listFolders(dir: string): string[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
  } catch {
    return []
  }
}

function readFolder(dir: string, name: string, shown: string, problems: Problem[]): Folder {
  const sources: Source[] = []
  let count = 0
  const walk = (relative: string, depth: number): void => {
    const entries = readdirSync(join(dir, relative), { withFileTypes: true })
    for (const entry of entries.sort((a, b) => compare(a.name, b.name))) {
      if (entry.name.startsWith('.')) continue
      const path = relative === '' ? entry.name : `${relative}/${entry.name}`
      const file = `${shown}/${path}`
      if (++count > maxFiles) continue
      if (entry.isDirectory()) {
        if (depth < maxDepth) walk(path, depth + 1)
        else problems.push(problem('SKILL_LAYOUT', at(file), { what: `The folder ${path}` }))
      } else if (!entry.isFile()) {
        problems.push(problem('SKILL_LINK', at(file), { what: path }))
      } else if (entry.name.endsWith('.md')) {
        const text = readText(join(dir, path), file, problems)
        if (text !== undefined) sources.push({ path, file, text })
      }
    }
  }
  walk('', 1)
  if (count > maxFiles) {
    problems.push(problem('SKILL_TOO_MANY_FILES', at(shown), { folder: shown, limit: maxFiles }))
  }
  return { name, file: shown, sources: sources.sort((a, b) => compare(a.path, b.path)) }
}

function readText(path: string, file: string, problems: Problem[]): string | undefined {
  const size = lstatSync(path).size
  if (size > maxFileBytes) {
    problems.push(problem('SKILL_FILE_TOO_LARGE', at(file), { size, limit: maxFileBytes }))
    return undefined
  }
  const bytes = readFileSync(path)
  const text = bytes.toString('utf8')
  // The decoder replaces what it cannot read, so bytes that survive a round trip were valid.
  const back = Buffer.from(text, 'utf8')
  if (!back.equals(bytes)) {
    let byte = 0
    while (byte < bytes.length && bytes[byte] === back[byte]) byte++
    problems.push(problem('SKILL_ENCODING', at(file), { byte }))
    return undefined
  }
  return normalizeText(text)
}

function at(file: string) {
  return { file, line: 1, column: 1 }
}
