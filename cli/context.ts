/**
 * Everything that the command line touches outside itself: arguments, environment, terminal, streams, exit.
 * No other file of this floor reads `process`.
 */

import { fstatSync, readSync, writeSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Context {
  /** The words after "skillett". */
  argv: string[]
  env: Record<string, string | undefined>
  /** The folder that holds dist/ and generated/. */
  root: string
  workingDirectory: () => string
  homeDirectory: () => string
  temporaryDirectory: () => string
  write: (stream: Stream, bytes: string | Uint8Array) => void
  readInput: (limit: number) => Buffer
  /** One line of stdin, at a terminal. */
  readLine: () => string
  /** One line of stdin, at a terminal that does not show it. */
  readHidden: (prompt: string) => Buffer
  isTerminal: (stream: Stream | 'stdin') => boolean
  /** Columns of the terminal on stdout. */
  width: () => number
  /** Calls back once on Ctrl-C or a polite kill, with the exit code that belongs to it. */
  onInterrupt: (call: (exitCode: 130 | 143) => void) => void
}

export type Stream = 'stdout' | 'stderr'

const descriptors = { stdin: 0, stdout: 1, stderr: 2 } as const

export const context: Context = {
  argv: process.argv.slice(2),
  env: process.env,
  root: join(import.meta.dirname, '..'),
  workingDirectory: () => process.cwd(),
  homeDirectory: homedir,
  temporaryDirectory: tmpdir,
  write,
  readInput,
  readLine: () => {
    const line = Buffer.alloc(1024)
    return line.toString('utf8', 0, readChunk(line))
  },
  readHidden,
  isTerminal,
  width: () => process.stdout.columns || 80,
  onInterrupt: (call) => {
    process.once('SIGINT', () => call(130))
    process.once('SIGTERM', () => call(143))
  },
}

/** Ends the process at once; what was written is out already, because writes here are synchronous. */
export function exit(code: number): never {
  process.exit(code)
}

/** Lets the process end by itself once its servers and timers are done. */
export function setExitCode(code: number) {
  process.exitCode = code
}

/** `NO_COLOR`, `CLICOLOR_FORCE` and `TERM=dumb` as the conventions have them. */
export function usesColour({ env, isTerminal }: Context, stream: Stream): boolean {
  if (env['NO_COLOR']) return false
  if (env['CLICOLOR_FORCE'] && env['CLICOLOR_FORCE'] !== '0') return true
  return env['TERM'] !== 'dumb' && isTerminal(stream)
}

function write(stream: Stream, bytes: string | Uint8Array) {
  const buffer = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
  for (let sent = 0; sent < buffer.length;) {
    try {
      sent += writeSync(descriptors[stream], buffer, sent)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // A reader that went away, or a stream that was closed before the start, is nobody's mistake.
      if (code === 'EPIPE' || code === 'EBADF' || code === 'EIO') return
      if (code !== 'EAGAIN') throw error
      // The other side made the pipe non-blocking and it is full.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}

/** All of stdin, or one byte more than `limit` so that the caller can tell that there was more. */
function readInput(limit: number): Buffer {
  const chunks: Buffer[] = []
  let total = 0
  while (total <= limit) {
    const chunk = Buffer.allocUnsafe(Math.min(65_536, limit + 1 - total))
    const count = readChunk(chunk)
    if (count === 0) break
    chunks.push(chunk.subarray(0, count))
    total += count
  }
  return Buffer.concat(chunks)
}

function readChunk(chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(descriptors.stdin, chunk)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EOF' || code === 'EBADF' || code === 'EIO') return 0
      if (code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    }
  }
}

function readHidden(prompt: string): Buffer {
  // Before the prompt: what is typed as soon as it shows must not show.
  process.stdin.setRawMode(true)
  write('stderr', prompt)
  const typed: number[] = []
  const byte = Buffer.alloc(1)
  try {
    while (readChunk(byte) > 0 && ![keys.enter, keys.lineFeed, keys.end].includes(byte[0]!)) {
      if (byte[0] === keys.interrupt) return exit(130)
      if (byte[0] === keys.backspace) typed.pop()
      else typed.push(byte[0]!)
    }
  } finally {
    process.stdin.setRawMode(false)
  }
  return Buffer.from(typed)
}

const keys = { interrupt: 3, end: 4, lineFeed: 10, enter: 13, backspace: 127 }

function isTerminal(stream: Stream | 'stdin'): boolean {
  try {
    // Most calls of an agent end here, without loading the terminal module.
    if (!fstatSync(descriptors[stream]).isCharacterDevice()) return false
  } catch {
    return false
  }
  return process.getBuiltinModule('node:tty').isatty(descriptors[stream])
}
