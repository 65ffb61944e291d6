/**
 * Who uses the database of a home. Several gateways and operator commands may share one: they take turns in
 * starting and stopping it (a lock file that names its holder), and each leaves its mark while it is in,
 * so that the last one out turns it off. Marks and locks of processes that died count for nothing.
 * Only order rests on this; PostgreSQL itself never runs twice on one data folder.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { claim } from './claim.ts'
import { isRunning } from './process.ts'

/** Names of this very process. Its id alone says little: in a container every restart has the same one. */
const ours = new Set<string>()

/** Runs `work` while no other process, and no other call in this one, is inside for the same home. */
export async function inTurn<Result>(home: string, work: () => Promise<Result>): Promise<Result> {
  const file = join(home, 'postgres.lock')
  const name = makeName()
  while (!(await claim(file, name))) {
    const holder = await readFile(file, 'utf8').catch(() => undefined)
    if (holder !== undefined && !isPresent(holder)) await rm(file, { force: true })
    else await delay(20)
  }
  try {
    return await work()
  } finally {
    await rm(file, { force: true })
    ours.delete(name)
  }
}

/** @returns the name to leave with */
export async function enter(home: string): Promise<string> {
  const name = makeName()
  await mkdir(marks(home), { recursive: true, mode: 0o700 })
  await writeFile(join(marks(home), name), '', { mode: 0o600 })
  return name
}

/** @returns whether nobody else is in */
export async function leave(home: string, name: string): Promise<boolean> {
  ours.delete(name)
  let others = 0
  for (const mark of await readdir(marks(home)))
    if (isPresent(mark)) others += 1
    else await rm(join(marks(home), mark), { force: true })
  return others === 0
}

function marks(home: string): string {
  return join(home, 'postgres.users')
}

function makeName(): string {
  const name = `${process.pid}-${randomBytes(6).toString('hex')}`
  ours.add(name)
  return name
}

function isPresent(name: string): boolean {
  const id = parseInt(name, 10)
  return id === process.pid ? ours.has(name) : isRunning(id)
}
