/**
 * Everything that the command line touches outside itself: arguments, environment, terminal, streams, exit.
 * No other file of this floor reads `process`.
 */

import { fstatSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'

export interface Context {
  /** The words after "skillett". */
  argv: string[]
  env: Record<string, string | undefined>
  /** The folder that holds dist/ and generated/. */
  root: string
  platform: NodeJS.Platform
  workingDirectory: () => string
  homeDirectory: () => string
  /** The home that the system knows, whatever HOME says. */
  accountDirectory: () => string
  temporaryDirectory: () => string
  hostName: () => string
  /** Runs another program for at most five seconds; its input and output are seen by nobody else. */
  runTool: (command: string, args: string[], input?: string) => ToolResult
  /** Starts another program and lets it go its own way; what becomes of it is not known. */
  startTool: (command: string, args: string[]) => void
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

/** `code` is null when the program is not there or was ended. */
export interface ToolResult {
  code: number | null
  stdout: string
}

const descriptors = { stdin: 0, stdout: 1, stderr: 2 } as const

export const context: Context = {
  argv: process.argv.slice(2),
  env: process.env,
  root: join(import.meta.dirname, '..'),
  platform: process.platform,
  workingDirectory: () => process.cwd(),
  // Loaded when asked for: most calls need neither.
  homeDirectory: () => findHome((os) => os.homedir()),
  accountDirectory: () => findHome((os) => os.userInfo().homedir),
  temporaryDirectory: () => process.getBuiltinModule('node:os').tmpdir(),
  hostName: () => process.getBuiltinModule('node:os').hostname(),
  runTool,
  startTool,
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

/** A user whom the system does not know, as in some containers, has no home. */
function findHome(find: (os: typeof import('node:os')) => string): string {
  try {
    return find(process.getBuiltinModule('node:os'))
  } catch {
    return '/nonexistent'
  }
}

function runTool(command: string, args: string[], input = ''): ToolResult {
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  const { status, stdout } = spawnSync(command, args, {
    input,
    timeout: 5_000,
    stdio: ['pipe', 'pipe', 'ignore'],
    env: withoutKey(),
  })
  return { code: status, stdout: stdout?.toString('utf8') ?? '' }
}

function startTool(command: string, args: string[]) {
  const { spawn } = process.getBuiltinModule('node:child_process')
  const child = spawn(command, args, { detached: true, stdio: 'ignore', env: withoutKey() })
  child.on('error', () => {})
  child.unref()
}

/** Other programs have no use for the key. */
function withoutKey(): NodeJS.ProcessEnv {
  const { SKILLETT_API_KEY: _key, ...env } = process.env
  return env
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
