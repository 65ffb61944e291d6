/**
 * The user's own settings file, `$XDG_CONFIG_HOME/skillett/config.json`:
 * `{"api_url":…,"keys":{"<url>":"sk_…"},"keychain":["<url>",…]}`. `keychain` names the gateways whose key the system's
 * keychain holds. Only its owner may read it.
 */

import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from './context.ts'
import { usage, type Failure } from './failure.ts'

export interface Settings {
  url?: string
  keys?: Map<string, string>
  keychain?: Set<string>
}

export function settingsFolder({ env, homeDirectory }: Context): string {
  const base = env['XDG_CONFIG_HOME']
  return join(base?.startsWith('/') ? base : join(homeDirectory(), '.config'), 'skillett')
}

/** Fails with `usage` when the file cannot be used. */
export function readSettings(context: Context): Settings {
  const { api_url: url, keys, keychain } = readDocument(context)
  const pairs = Object.entries(keys ?? {}).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string',
  )
  return {
    ...(url === undefined ? {} : { url }),
    keys: new Map(pairs.map(([at, key]) => [readUrl(at), key])),
    keychain: new Set((keychain ?? []).map(readUrl)),
  }
}

/** A plain http or https URL without a slash at its end. Fails with `usage`. */
export function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const plain = url && !url.username && !url.password && !url.search && !url.hash
  if (!plain || !/^https?:$/.test(url.protocol)) {
    throw usage('SKILLETT_API_URL is not a plain http or https URL', 'skillett')
  }
  return url.href.replace(/\/+$/, '')
}

export interface Document {
  api_url?: string
  keys?: Record<string, unknown>
  keychain?: string[]
}

/** As it stands in the file, with what this version does not know of. */
export function readDocument(context: Context): Document {
  const file = join(settingsFolder(context), 'config.json')
  let text: string
  try {
    if (statSync(file).mode & 0o077) throw broken(file, `can be read by others; run "chmod 600 ${file}"`)
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return {}
    throw code === undefined || !/^E[A-Z]+$/.test(code) ? error : broken(file, `cannot be read (${code})`)
  }
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    throw broken(file, 'is not valid JSON')
  }
  const { api_url: url, keys = {}, keychain = [] } = (document ?? {}) as Record<string, unknown>
  const names = Array.isArray(keychain) && keychain.every((at) => typeof at === 'string')
  if ((url !== undefined && typeof url !== 'string') || typeof keys !== 'object' || keys === null || !names) {
    throw broken(file, 'must look like {"api_url":"https://…","keys":{"https://…":"sk_…"}}')
  }
  return (document ?? {}) as Document
}

export function broken(file: string, reason: string): Failure {
  return usage(`the settings file ${file} ${reason}`, 'skillett')
}
