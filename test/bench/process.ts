/** Processes of a benchmark: pinned to a core where `taskset` exists, ended with the benchmark. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export const packageRoot = fileURLToPath(new URL('../../', import.meta.url))

/** The server under test has the first core; everything else shares the second. */
export type Core = 'server' | 'rest'

const canPin = spawnSync('taskset', ['-V']).status === 0
const cores: Record<Core, string> = { server: '0', rest: '1' }
const running = new Set<ChildProcess>()
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')))

/** Reads more root certificates at every start of Node 20, a doubling of what is measured here. */
const { NODE_EXTRA_CA_CERTS: _unused, ...environment } = process.env
export const plainEnvironment = environment

export const pinning = canPin ? 'server pinned to one core' : 'not pinned: there is no taskset'

export function start(core: Core, args: string[], env: Record<string, string> = {}): ChildProcess {
  const command = canPin
    ? ['taskset', '-c', cores[core], process.execPath, ...args]
    : [process.execPath, ...args]
  const child = spawn(command[0]!, command.slice(1), {
    cwd: packageRoot,
    env: { ...plainEnvironment, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

/** @throws Error when the process ends without a line */
export function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    createInterface(child.stdout!).once('line', resolve)
    child.once('exit', (code) => reject(new Error(`ended with ${code} before its first line`)))
  })
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
}

/** Processor time of a process so far in ms, from Linux' accounting in ticks of 10 ms; NaN elsewhere. */
export function cpuMs(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
    return (Number(fields[11]) + Number(fields[12])) * 10
  } catch {
    return Number.NaN
  }
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
