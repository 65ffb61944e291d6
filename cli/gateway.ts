/**
 * Which gateway is talked to, and with which key: from the environment, else from the user's own settings file
 * (`$XDG_CONFIG_HOME/skillett/config.json`, `{"api_url":…,"keys":{"<url>":"sk_…"}}`). Nothing in the working
 * directory has a say, and a stored key is only ever sent to the URL it was stored for.
 */

import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from './context.ts'
import { failure, usage } from './failure.ts'

export interface Gateway {
  /** Without a slash at the end. */
  url: string
  /** What node:http wants of it. */
  address: { host: string; port: string; path: string }
  key: string
}

const defaultUrl = 'http://127.0.0.1:4050'

export function settingsFolder({ env, homeDirectory }: Context): string {
  const base = env['XDG_CONFIG_HOME']
  return join(base?.startsWith('/') ? base : join(homeDirectory(), '.config'), 'skillett')
}

/** Fails with `unauthorized` when there is no key, with `usage` when the settings cannot be used. */
export function findGateway(context: Context): Gateway {
  const { env } = context
  const settings = env['SKILLETT_API_URL'] && env['SKILLETT_API_KEY'] ? {} : readSettings(context)
  const url = readUrl(env['SKILLETT_API_URL'] || settings.url || defaultUrl)
  const key = env['SKILLETT_API_KEY'] || settings.keys?.get(url)
  if (!key) {
    throw failure(
      'unauthorized',
      {},
      {
        next: [
          {
            command: 'skillett admin create-key --email you@example.com',
            why: 'makes a key, on the machine of the gateway; put it into the environment as SKILLETT_API_KEY',
          },
        ],
      },
    )
  }
  // What is not printable ASCII cannot stand in a header, so it cannot be a key either.
  if (!/^[\x21-\x7e]{1,512}$/.test(key)) throw failure('api_key_invalid')
  const { hostname, port, pathname } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  return { url, key, address: { host, port, path: pathname.replace(/\/$/, '') } }
}

function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const plain = url && !url.username && !url.password && !url.search && !url.hash
  if (!plain || !/^https?:$/.test(url.protocol)) {
    throw usage('SKILLETT_API_URL is not a plain http or https URL', 'skillett')
  }
  return url.href.replace(/\/+$/, '')
}

interface Settings {
  url?: string
  keys?: Map<string, string>
}

function readSettings(context: Context): Settings {
  const file = join(settingsFolder(context), 'config.json')
  const broken = (reason: string) => usage(`the settings file ${file} ${reason}`, 'skillett')
  let text: string
  try {
    if (statSync(file).mode & 0o077) throw broken(`can be read by others; run "chmod 600 ${file}"`)
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return {}
    throw code === undefined || !/^E[A-Z]+$/.test(code) ? error : broken(`cannot be read (${code})`)
  }
  let settings: unknown
  try {
    settings = JSON.parse(text)
  } catch {
    throw broken('is not valid JSON')
  }
  const { api_url: url, keys = {} } = (settings ?? {}) as { api_url?: unknown; keys?: unknown }
  if ((url !== undefined && typeof url !== 'string') || typeof keys !== 'object' || keys === null) {
    throw broken('must look like {"api_url":"https://…","keys":{"https://…":"sk_…"}}')
  }
  const pairs = Object.entries(keys).filter((pair): pair is [string, string] => typeof pair[1] === 'string')
  return {
    ...(url === undefined ? {} : { url }),
    keys: new Map(pairs.map(([at, key]) => [readUrl(at), key])),
  }
}
