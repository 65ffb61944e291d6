/**
 * Which gateway is talked to, and with which key: from the environment, else from the user's own settings file
 * (settings.ts) or the system's keychain. Nothing in the working directory has a say, and a stored key is only ever
 * sent to the URL it was stored for.
 */

import type { Context } from './context.ts'
import { failure } from './failure.ts'
import { readKeychain } from './keychain.ts'
import { readSettings, readUrl } from './settings.ts'

export interface Gateway {
  /** Without a slash at the end. */
  url: string
  /** What node:http wants of it. */
  address: { host: string; port: string; path: string }
  /** Empty for what needs none, such as signing in. */
  key: string
}

const defaultUrl = 'http://127.0.0.1:4050'

/** Fails with `unauthorized` when there is no key, with `usage` when the settings cannot be used. */
export function findGateway(context: Context): Gateway {
  const { env } = context
  const settings = env['SKILLETT_API_URL'] && env['SKILLETT_API_KEY'] ? {} : readSettings(context)
  const url = readUrl(env['SKILLETT_API_URL'] || settings.url || defaultUrl)
  const kept = () => (settings.keychain?.has(url) ? readKeychain(url, context) : settings.keys?.get(url))
  const key = env['SKILLETT_API_KEY'] || kept()
  if (!key) {
    throw failure(
      'unauthorized',
      {},
      {
        next: [
          {
            command: 'skillett login --no-wait',
            why: 'begins a sign-in that a person finishes in a browser',
          },
        ],
      },
    )
  }
  // What is not printable ASCII cannot stand in a header, so it cannot be a key either.
  if (!/^[\x21-\x7e]{1,512}$/.test(key)) throw failure('api_key_invalid')
  return { url, key, address: findAddress(new URL(url)) }
}

/** The gateway that is meant, without a key. */
export function findKeyless(context: Context): Gateway {
  const url = readUrl(context.env['SKILLETT_API_URL'] || readSettings(context).url || defaultUrl)
  return keyless(url)
}

export function keyless(url: string): Gateway {
  return { url, key: '', address: findAddress(new URL(url)) }
}

function findAddress({ hostname, port, pathname }: URL): Gateway['address'] {
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  return { host, port, path: pathname === '/' ? '' : pathname }
}
