/** Writing into the settings folder: files that only their owner can read, replaced as a whole or not at all. */

import { randomBytes } from 'node:crypto'
import { closeSync, lstatSync, mkdirSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from './context.ts'
import { broken, readDocument, settingsFolder, type Settings } from './settings.ts'

/**
 * Replaces the settings; what this version does not know of stays.
 * @returns the file's path
 */
export function writeSettings({ url, keys, keychain }: Settings, context: Context): string {
  const document = {
    ...readDocument(context),
    ...(url === undefined ? {} : { api_url: url }),
    keys: Object.fromEntries(keys ?? []),
    keychain: [...(keychain ?? [])],
  }
  return writePrivately('config.json', `${JSON.stringify(document, null, 2)}\n`, context)
}

/** Writes a file of the settings folder that only its owner can read; fails rather than follow a link. */
export function writePrivately(name: string, text: string, context: Context): string {
  const folder = settingsFolder(context)
  const file = join(folder, name)
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink())
      throw broken(file, 'is a symlink; remove it')
    const descriptor = openSync(draft, 'wx', 0o600)
    try {
      writeSync(descriptor, text)
    } finally {
      closeSync(descriptor)
    }
    renameSync(draft, file)
    return file
  } catch (error) {
    unlinkQuietly(draft)
    const { code } = error as NodeJS.ErrnoException
    throw typeof code === 'string' && /^E[A-Z]+$/.test(code)
      ? broken(file, `cannot be written (${code})`)
      : error
  }
}

function unlinkQuietly(file: string) {
  try {
    unlinkSync(file)
  } catch {
    // It was not there.
  }
}
