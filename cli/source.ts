/**
 * Values that stand elsewhere: `@path` is a UTF-8 text file, `-` is stdin, `@@x` is the text "@x". A file must lie
 * in the working directory or the folder for temporary files, wherever its symlinks lead; keys are never read.
 */

import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs'
import { isAbsolute, join, relative, resolve } from 'node:path'
import type { Context } from './context.ts'
import { settingsFolder } from './settings.ts'

/** A value as text, with a name for it that may be shown where the text itself may not. */
export interface Source {
  text: string
  origin: 'argument' | 'file' | 'stdin'
}

/** Why a value could not be had, in words that follow the flag. They name the path, never the content. */
export class SourceMistake extends Error {}

const limit = 1_048_576

export class Sources {
  readonly context: Context
  stdin: string | undefined
  stdinTakenBy: string | undefined

  constructor(context: Context) {
    this.context = context
  }

  /** The same words are about to be read again; stdin keeps what it held. */
  restart() {
    this.stdinTakenBy = undefined
  }

  /** Fails with a {@link SourceMistake}. */
  read(word: string, flag: string): Source {
    if (word === '-') return { text: this.readStdin(flag), origin: 'stdin' }
    if (word.startsWith('@@')) return { text: word.slice(1), origin: 'argument' }
    if (word.startsWith('@')) return { text: readConfined(word.slice(1), this.context), origin: 'file' }
    return { text: word, origin: 'argument' }
  }

  readStdin(flag: string): string {
    if (this.stdinTakenBy !== undefined)
      throw new SourceMistake(`cannot read stdin, which ${this.stdinTakenBy} reads`)
    this.stdinTakenBy = flag
    this.stdin ??= decode(this.context.readInput(limit), 'stdin')
    return this.stdin
  }
}

function readConfined(word: string, context: Context): string {
  const shown = JSON.stringify(word.slice(0, 200))
  const path = word.startsWith('~/') ? join(context.homeDirectory(), word.slice(2)) : word
  let real: string
  try {
    real = realpathSync.native(resolve(context.workingDirectory(), path))
  } catch {
    throw new SourceMistake(
      `names ${shown}, which is not there; a text that begins with @ is written @@${word.slice(0, 40)}`,
    )
  }
  if (secretFolders(context).some((folder) => isInside(folder, real))) {
    throw new SourceMistake(`names ${shown}, which may hold keys and is never read`)
  }
  const allowed = [context.workingDirectory(), context.temporaryDirectory()]
  if (!allowed.some((folder) => isInside(folder, real))) {
    throw new SourceMistake(`names ${shown}, which is outside the working directory`)
  }
  return decode(readRegular(real, shown), shown)
}

function secretFolders(context: Context): string[] {
  const homes = [context.homeDirectory(), context.accountDirectory()]
  return [
    settingsFolder(context),
    ...(context.env['SKILLETT_HOME'] ? [context.env['SKILLETT_HOME']] : []),
    '/var/lib/skillett',
    ...homes.flatMap((home) => [
      join(home, '.ssh'),
      join(home, '.skillett'),
      join(home, '.config', 'skillett'),
    ]),
  ]
}

function isInside(folder: string, real: string): boolean {
  let base = folder
  try {
    base = realpathSync.native(folder)
  } catch {
    // A folder that is not there holds nothing, but its name may still be the start of the path.
  }
  const way = relative(base, real)
  return way !== '..' && !way.startsWith('../') && !way.startsWith('..\\') && !isAbsolute(way)
}

/** Opened without following a link that took the file's place since, and without waiting for a pipe's other end. */
function readRegular(real: string, shown: string): Buffer {
  let file: number | undefined
  try {
    file = openSync(real, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
    if (!fstatSync(file).isFile()) throw new SourceMistake(`names ${shown}, which is not a regular file`)
    const buffer = Buffer.alloc(limit + 1)
    let size = 0
    for (let count = -1; count !== 0 && size <= limit; size += count)
      count = readSync(file, buffer, size, limit + 1 - size, null)
    return buffer.subarray(0, size)
  } catch (error) {
    if (error instanceof SourceMistake) throw error
    throw new SourceMistake(`names ${shown}, which cannot be read (${(error as NodeJS.ErrnoException).code})`)
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

function decode(bytes: Buffer, name: string): string {
  if (bytes.length > limit) throw new SourceMistake(`reads ${name}, which is larger than ${limit} bytes`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new SourceMistake(`reads ${name}, which is not UTF-8 text`)
  }
}
