/** What can be known about another process of this machine. */
import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** True also for a process of another account. */
export function isRunning(id: number): boolean {
  if (!(id > 0)) return false
  try {
    process.kill(id, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Is this process PostgreSQL at work on this data folder? Process ids are given out again, and a file that
 * names one outlives its process. In doubt the answer is yes.
 */
export async function isServing(id: number, data: string): Promise<boolean> {
  if (!isRunning(id)) return false
  if (process.platform === 'linux') return worksIn(id, data)
  if (process.platform === 'win32') return true
  const answer = await run('ps', ['-o', 'comm=', '-p', String(id)]).catch(() => undefined)
  return answer === undefined || answer.stdout.includes('postgres')
}

/** PostgreSQL's working directory is its data folder. A process that ended and was not collected has none. */
async function worksIn(id: number, data: string): Promise<boolean> {
  try {
    const [own, wanted] = await Promise.all([stat(`/proc/${id}/cwd`), stat(data)])
    return own.dev === wanted.dev && own.ino === wanted.ino
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT'
  }
}
