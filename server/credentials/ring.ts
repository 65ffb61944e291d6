/**
 * The key ring: the keys that wrap data keys. `id:base64(32 bytes)`, separated by commas; the first encrypts,
 * all of them decrypt. Without a configured ring one is made and kept in the home folder, readable by its owner.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Ring {
  /** Id of the key that encrypts. */
  current: string
  keys: Map<string, Buffer>
  /** The ring as it is now, where it is kept in a file that another process may have added to. */
  again?: () => Ring
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
  try {
    await writeFile(file, `${newEntry('home')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readRing(file)
}

/** Puts a new key before those of the home's ring. The file is replaced whole, or not at all. */
export async function renewHomeRing(home: string): Promise<Ring> {
  const file = join(home, 'secret-keys')
  const { keys } = readRing(file)
  const draft = `${file}.${process.pid}`
  const text = readFileSync(file, 'utf8').trim()
  await writeFile(draft, `${newEntry(`home${keys.size + 1}`)},${text}\n`, { mode: 0o600, flush: true })
  await rename(draft, file)
  return readRing(file)
}

/** The file as text and what it says: rings are read again each time something is sealed. */
function readRing(file: string, before?: { text: string; ring: Ring }): Ring {
  const text = readFileSync(file, 'utf8').trim()
  if (before?.text === text) return before.ring
  const ring: Ring = parseRing(text)
  ring.again = () => readRing(file, { text, ring })
  return ring
}

function newEntry(id: string): string {
  return `${id}:${randomBytes(32).toString('base64')}`
}
