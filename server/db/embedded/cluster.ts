/**
 * The data folder: where it lies, its password, and its making by initdb.
 * Data appears under its final name only when it is whole, so an interrupted first start leaves nothing
 * that a later one could mistake for a database.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, lstat, mkdtemp, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { canReach, letPass, rootFolder, type Account } from './account.ts'
import type { Binaries } from './binaries.ts'
import { claim } from './claim.ts'

/** Name of the database superuser that initdb makes. */
export const superuser = 'skillett'

/**
 * Where the data of this home lies: in its `postgres`, which is a link to a folder elsewhere when the
 * database's account cannot enter the home. The link travels with the home and is lost with it.
 */
export async function placeData(home: string, account: Account): Promise<string> {
  const place = join(home, 'postgres')
  const found = await lstat(place).catch(() => undefined)
  if (found?.isSymbolicLink()) return readlink(place)
  if (account) await letPass(home)
  if (found || (await canReach(account, home, 1))) return place
  const elsewhere = join(await rootFolder(), `data-${randomBytes(8).toString('hex')}`)
  await symlink(elsewhere, place)
  return elsewhere
}

/** The superuser's password: made once, kept in the home for this account alone. */
export async function readPassword(home: string): Promise<string> {
  const file = join(home, 'postgres.password')
  if (!(await exists(file))) await claim(file, randomBytes(24).toString('base64url'))
  return readFile(file, 'utf8')
}

/**
 * Makes the data folder, unless it is there.
 * @throws Error when initdb fails, or when the folder belongs to another major version
 */
export async function makeCluster(
  data: string,
  password: string,
  binaries: Binaries,
  account: Account,
): Promise<void> {
  if (await isMade(data, binaries)) return
  const draft = await mkdtemp(`${data}.making-`)
  const passwordFile = `${draft}.password`
  try {
    await writeFile(passwordFile, password, { mode: 0o600, flag: 'wx' })
    if (account) for (const path of [draft, passwordFile]) await chown(path, account.uid, account.gid)
    await runInitdb(binaries, account, draft, passwordFile)
    await rename(draft, data)
  } finally {
    await rm(passwordFile, { force: true })
    await rm(draft, { recursive: true, force: true })
  }
}

async function isMade(data: string, binaries: Binaries): Promise<boolean> {
  const version = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => undefined)
  if (version === undefined) return false
  if (parseInt(version, 10) === binaries.major) return true
  throw new Error(
    `${data} was made by PostgreSQL ${version.trim()}, and ${binaries.postgres} is version ${binaries.major}. ` +
      `Install version ${version.trim()} again, or move the data over with pg_dump and set DATABASE_URL.`,
  )
}

async function runInitdb(
  binaries: Binaries,
  account: Account,
  folder: string,
  passwordFile: string,
): Promise<void> {
  // PostgreSQL's own C.UTF-8 knows letters beyond ASCII and does not depend on the system's locales.
  const locale = binaries.major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : []
  const args = ['--pgdata', folder, '--username', superuser, '--pwfile', passwordFile, '--auth=scram-sha-256']
  const child = spawn(binaries.initdb, [...args, '--encoding=UTF8', '--locale=C', ...locale], {
    ...account,
    cwd: dirname(folder),
    env: {},
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  })
  const ended = new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  )
  const [code, out, err] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
  if (code !== 0)
    throw new Error(`${basename(binaries.initdb)} could not make ${folder}:\n${(err || out).trim()}`)
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined
}
