/** Keys that this user has signed in for: in the system's keychain where it has one, else in the settings file. */

import type { Context } from './context.ts'
import { readKeychain, removeFromKeychain, storeInKeychain } from './keychain.ts'
import { readSettings } from './settings.ts'
import { writeSettings } from './settings-file.ts'

export interface Place {
  stored: 'keychain' | 'file'
  /** The settings file. */
  file: string
}

/** Stores the key, and the gateway as the one that is used from here on. */
export function keepKey(url: string, key: string, context: Context): Place {
  const { keys = new Map<string, string>(), keychain = new Set<string>() } = readSettings(context)
  const inKeychain = storeInKeychain(url, key, context)
  if (inKeychain) {
    keys.delete(url)
    keychain.add(url)
  } else {
    keys.set(url, key)
    keychain.delete(url)
  }
  return { stored: inKeychain ? 'keychain' : 'file', file: writeSettings({ url, keys, keychain }, context) }
}

/** The key kept for a gateway, wherever it is; what the environment says does not count. */
export function findKept(url: string, context: Context): string | undefined {
  const { keys, keychain } = readSettings(context)
  return (keychain?.has(url) ? readKeychain(url, context) : undefined) ?? keys?.get(url)
}

/** Every gateway that a key is kept for. */
export function listKept(context: Context): string[] {
  const { keys, keychain } = readSettings(context)
  return [...new Set([...(keys?.keys() ?? []), ...(keychain ?? [])])]
}

export function forgetKey(url: string, context: Context) {
  const { keys = new Map<string, string>(), keychain = new Set<string>() } = readSettings(context)
  if (keychain.delete(url)) removeFromKeychain(url, context)
  keys.delete(url)
  writeSettings({ keys, keychain }, context)
}
