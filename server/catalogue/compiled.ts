/**
 * From skill folders to compiled folders. A compiled folder is taken as it is. A folder whose sources are those of the package's generated/ needs
 * nothing; any other is compiled once by the author face, in a process of its own, into a cache keyed by content.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Index } from '#manifest'
import { packageRoot } from '../config.ts'

/** The skills of a folder have mistakes; the message is the compiler's report. */
export class SkillProblems extends Error {}

/**
 * @param skills skill folders, absolute, in the order of their precedence
 * @param cache folder for compiled skills
 * @returns compiled folders in the same order
 */
export async function compiledFolders(skills: string[], cache: string): Promise<string[]> {
  const generated = fileURLToPath(new URL('generated', packageRoot))
  const folders: string[] = []
  for (const folder of skills) {
    if (existsSync(join(folder, 'index.json'))) {
      folders.push(folder)
      continue
    }
    const digests = await digestFolder(folder)
    if (holds(generated, digests)) folders.push(generated)
    else folders.push(await compileOnce(folder, join(cache, nameOf(digests))))
  }
  return folders
}

/** Digest of each integration folder, as the compiler computes it for the index. */
async function digestFolder(folder: string): Promise<Map<string, string>> {
  if (!existsSync(folder)) throw new Error(`The skill folder ${folder} does not exist.`)
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((file) => file.includes('/'))
    .sort()
  const hashes = new Map<string, ReturnType<typeof createHash>>()
  for (const file of files) {
    const [integration = '', ...rest] = file.split('/')
    const hash = hashes.get(integration) ?? createHash('sha256')
    const text = (await readFile(join(folder, file), 'utf8')).replace(/^\ufeff/, '').replaceAll('\r\n', '\n')
    hashes.set(integration, hash.update(rest.join('/')).update('\0').update(text).update('\0'))
  }
  return new Map([...hashes].map(([name, hash]) => [name, hash.digest('hex').slice(0, 32)]))
}

/** Whether a compiled folder is exactly that of these sources. */
function holds(compiled: string, digests: Map<string, string>): boolean {
  const file = join(compiled, 'index.json')
  if (!existsSync(file)) return false
  const { integrations } = JSON.parse(readFileSync(file, 'utf8')) as Index
  return (
    Object.keys(integrations).length === digests.size &&
    [...digests].every(([name, digest]) => integrations[name]?.digest === digest)
  )
}

/** The version is part of the name: another compiler may emit something else for the same sources. */
function nameOf(digests: Map<string, string>): string {
  const { version } = JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8')) as {
    version: string
  }
  const hash = createHash('sha256').update(version)
  for (const [name, digest] of digests) hash.update(`${name}\0${digest}\0`)
  return hash.digest('hex').slice(0, 32)
}

/** Compiles beside the cache entry and moves it there whole, so that a crash leaves no half of one. */
async function compileOnce(folder: string, target: string): Promise<string> {
  if (existsSync(join(target, 'index.json'))) return target
  const draft = `${target}.${process.pid}`
  await mkdir(draft, { recursive: true, mode: 0o700 })
  await runCompiler(['build', '--skills', folder, '--out', draft])
  await rename(draft, target).catch(async (error: NodeJS.ErrnoException) => {
    // Another gateway was faster; its entry is the same.
    if (!existsSync(join(target, 'index.json'))) throw error
    await rm(draft, { recursive: true, force: true })
  })
  return target
}

/** The compiler as source under a checkout's tsx, or as bundle beside this one. */
function compilerCommand(): string[] {
  const here = fileURLToPath(import.meta.url)
  if (here.endsWith('.ts')) return ['--import', 'tsx', fileURLToPath(new URL('codegen/main.ts', packageRoot))]
  return [join(here.slice(0, -basename(here).length), 'codegen.js')]
}

async function runCompiler(args: string[]): Promise<void> {
  const child = spawn(process.execPath, [...compilerCommand(), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let report = ''
  child.stdout.on('data', (text) => (report += text))
  child.stderr.on('data', (text) => (report += text))
  const code = await new Promise<number | null>((resolve, reject) =>
    child.on('error', reject).on('close', resolve),
  )
  if (code !== 0) throw new SkillProblems(report.trim() || `the compiler ended with exit code ${code}`)
}
