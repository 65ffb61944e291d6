/**
 * Which system account PostgreSQL runs as, and what that account can reach.
 * PostgreSQL refuses to run as root; a gateway that is root hands it to `nobody`, who then has to
 * reach the program files and the data without any folder's rights being widened on the way.
 */
import { chmod, lstat, mkdir, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** The unprivileged account; `undefined` where the gateway's own account will do. */
export type Account = { uid: number; gid: number } | undefined

/** Folders of root's own that everybody can reach, best first. */
const rootFolders = ['/var/lib/skillett', '/var/tmp/skillett-root']

/** @throws Error when the gateway is root and the system has no account `nobody` */
export async function databaseAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return undefined
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '')
  const fields = /^nobody:.*$/m.exec(passwd)?.[0].split(':') ?? []
  const [uid, gid] = [Number(fields[2]), Number(fields[3])]
  if (!(uid > 0 && gid > 0))
    throw new Error(
      'PostgreSQL does not run as root, and /etc/passwd has no account "nobody" to run it as. ' +
        'Start the gateway as an ordinary user, or set DATABASE_URL.',
    )
  return { uid, gid }
}

/**
 * May the account use this path, and pass every folder above it?
 * @param bits of one triad of the path's mode: read 4, enter or run 1
 */
export async function canReach(account: Account, path: string, bits: number): Promise<boolean> {
  if (account === undefined) return true
  if (!(await allows(account, path, bits))) return false
  const above = dirname(path)
  return above === path || canReach(account, above, 1)
}

async function allows(account: { uid: number; gid: number }, path: string, bits: number): Promise<boolean> {
  const found = await stat(path)
  const shift = found.uid === account.uid ? 6 : found.gid === account.gid ? 3 : 0
  return ((found.mode >> shift) & bits) === bits
}

/** Lets others pass through a folder of our own without letting them list it. */
export async function letPass(folder: string): Promise<void> {
  const found = await stat(folder)
  if (found.uid === process.getuid?.() && (found.mode & 0o001) === 0)
    await chmod(folder, (found.mode & 0o7777) | 0o001)
}

/**
 * A folder that root alone writes and everybody can reach, made when missing. One that somebody else made
 * first, or may write to, is passed over.
 * @throws Error when there is none
 */
export async function rootFolder(): Promise<string> {
  for (const folder of rootFolders) {
    await mkdir(folder, { recursive: true, mode: 0o711 }).catch(() => undefined)
    const found = await lstat(folder).catch(() => undefined)
    if (found?.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0) {
      await letPass(folder)
      return folder
    }
  }
  throw new Error(
    `PostgreSQL must not run as root, and neither ${rootFolders.join(' nor ')} is a folder that only root writes. ` +
      'Start the gateway as an ordinary user, or set DATABASE_URL.',
  )
}
