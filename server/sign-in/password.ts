/**
 * Passwords: scrypt (RFC 7914) with N = 2^15, r = 8, p = 3, a random salt of 16 bytes and 32 bytes of output, written
 * as `$scrypt$ln=15,r=8,p=3$salt$hash`. One takes 32 MiB and about a quarter of a second, so few run at once.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

const parameters = { N: 2 ** 15, r: 8, p: 3 }
const prefix = '$scrypt$ln=15,r=8,p=3'
const hashLength = 32
const memory = 64 * 1024 * 1024
const mostAtOnce = 2

export const shortest = 12
export const longest = 200

/** @returns why it cannot be a password; null when it can */
export function weakness(password: string, email: string): string | null {
  const length = [...password].length
  if (length < shortest) return `must have at least ${shortest} characters`
  if (length > longest) return `must have at most ${longest} characters`
  if (new Set(password).size < 5) return 'must have more different characters'
  if (password.toLowerCase().includes(email.toLowerCase())) return 'must not hold your address'
  return null
}

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(password, salt)
  return `${prefix}$${salt.toString('base64url')}$${hash.toString('base64url')}`
}

/** @param stored null where there is no such account or no password; takes as long as a wrong one */
export async function isPassword(password: string, stored: string | null): Promise<boolean> {
  const [salt, hash] = (stored ?? nobody).slice(prefix.length + 1).split('$')
  const wanted = Buffer.from(hash!, 'base64url')
  const given = await derive(password.slice(0, longest * 2), Buffer.from(salt!, 'base64url'))
  return timingSafeEqual(given, wanted) && stored !== null
}

const nobody = `${prefix}$${Buffer.alloc(16).toString('base64url')}$${Buffer.alloc(hashLength).toString('base64url')}`

let running = 0
const waiting: (() => void)[] = []

async function derive(password: string, salt: Buffer): Promise<Buffer> {
  if (running >= mostAtOnce) await new Promise<void>((resolve) => waiting.push(resolve))
  else running += 1
  try {
    return await new Promise((resolve, reject) => {
      // The same letters may be typed as different code points.
      scrypt(
        password.normalize('NFKC'),
        salt,
        hashLength,
        { ...parameters, maxmem: memory },
        (error, hash) => (error === null ? resolve(hash) : reject(error)),
      )
    })
  } finally {
    const next = waiting.shift()
    if (next === undefined) running -= 1
    else next()
  }
}
