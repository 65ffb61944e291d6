/** Sign-ins that a later command goes on with, one private file each in the settings folder. */

import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from './context.ts'
import type { Started } from './device-login.ts'
import { failure } from './failure.ts'
import { settingsFolder } from './settings.ts'
import { writePrivately } from './settings-file.ts'

export interface PendingLogin extends Started {
  url: string
  /** Milliseconds since 1970; afterwards the file says nothing. */
  until: number
}

const name = /^login-(lg_[0-9a-f]{16})\.json$/

/** @returns what `--resume` takes */
export function savePending(started: Started, url: string, context: Context): string {
  sweep(context)
  const id = `lg_${randomBytes(8).toString('hex')}`
  const pending: PendingLogin = { ...started, url, until: Date.now() + started.expires_in * 1000 }
  writePrivately(`login-${id}.json`, JSON.stringify(pending), context)
  return id
}

/** Fails with `not_found`. */
export function readPending(id: string, context: Context): PendingLogin {
  try {
    if (name.test(`login-${id}.json`))
      return JSON.parse(readFileSync(pathOf(id, context), 'utf8')) as PendingLogin
  } catch {
    // Said below.
  }
  const next = [{ command: 'skillett login --no-wait', why: 'begins again' }]
  throw failure('not_found', { resource: 'sign-in', name: id.slice(0, 40) }, { next })
}

export function removePending(id: string, context: Context) {
  try {
    unlinkSync(pathOf(id, context))
  } catch {
    // Another command was faster.
  }
}

function pathOf(id: string, context: Context): string {
  return join(settingsFolder(context), `login-${id}.json`)
}

function sweep(context: Context) {
  let files: string[] = []
  try {
    files = readdirSync(settingsFolder(context))
  } catch {
    // There is no folder yet.
  }
  for (const [, id] of files.map((file) => name.exec(file) ?? [])) {
    if (id !== undefined && readPending(id, context).until < Date.now()) removePending(id, context)
  }
}
