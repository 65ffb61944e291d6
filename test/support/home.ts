/**
 * Temporary homes for tests and the demo. Each names its owner, so that what a killed run left behind
 * (data, and a PostgreSQL that outlived it) is put away by the next one.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { shutDown } from '../../server/db/embedded/postmaster.ts'
import { isRunning } from '../../server/db/embedded/process.ts'

/** @param kind such as `demo`; homes of a kind are swept by its next run */
export async function makeHome(kind: string): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), `skillett-${kind}-`))
  await writeFile(join(home, 'owner'), String(process.pid))
  return home
}

export async function sweepHomes(kind: string): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(`skillett-${kind}-`)) continue
    const home = join(tmpdir(), name)
    const owner = await readFile(join(home, 'owner'), 'utf8').catch(() => '')
    if (owner !== '' && !isRunning(Number(owner))) await removeHome(home)
  }
}

/** Stops the server at work in it, if there is one. A home of somebody else's stays. */
export async function removeHome(home: string): Promise<void> {
  try {
    await shutDown(join(home, 'postgres'))
    await rm(home, { recursive: true, force: true })
  } catch (error) {
    if (!['EPERM', 'EACCES'].includes(String((error as NodeJS.ErrnoException).code))) throw error
  }
}
