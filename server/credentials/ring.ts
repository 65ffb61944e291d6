/**
 * The key ring: the keys that wrap data keys. `id:base64(32 bytes)`, separated by commas; the first encrypts,
 * all of them decrypt. Without a configured ring one is made and kept in the home folder, readable by its owner.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Ring {
  /** Id of the key that encrypts. */
  current: string
  keys: Map<string, Buffer>
}

const entry = /^([A-Za-z0-9_-]{1,64}):([A-Za-z0-9+/]{43}=)$/

/** @throws Error that says what a ring looks like; never repeats the text */
export function parseRing(text: string): Ring {
  const keys = new Map<string, Buffer>()
  for (const part of text.split(',')) {
    const match = entry.exec(part.trim())
    const key = match && Buffer.from(match[2]!, 'base64')
    // Base64 has several spellings of the same bytes; only the canonical one is taken.
    if (!match || !key || key.toString('base64') !== match[2] || keys.has(match[1]!))
      throw new Error(
        'SKILLETT_SECRET_KEYS must be id:base64(32 bytes)[,id:base64(32 bytes)…] with different ids; ' +
          'make one with: echo "k1:$(openssl rand -base64 32)"',
      )
    keys.set(match[1]!, key)
  }
  return { current: keys.keys().next().value!, keys }
}

/** Reads the home folder's ring, making it on the first start. */
export async function homeRing(home: string): Promise<Ring> {
  const file = join(home, 'secret-keys')
  await mkdir(home, { recursive: true, mode: 0o700 })
  const fresh = `home:${randomBytes(32).toString('base64')}`
  try {
    await writeFile(file, fresh + '\n', { mode: 0o600, flag: 'wx' })
    return parseRing(fresh)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return parseRing((await readFile(file, 'utf8')).trim())
  }
}
