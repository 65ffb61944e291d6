/**
 * The keys of this gateway: `sk_`, 32 random characters and a checksum of six, all base 62. The checksum tells a
 * mistyped key from an unknown one without a query.
 */
import { createHash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const randomLength = 32
const checksumLength = 6
const pattern = /^sk_[0-9A-Za-z]{38}$/

/** A new key: 190 random bits. Shown once, stored nowhere. */
export function makeApiKey(): string {
  const random = Array.from({ length: randomLength }, () => alphabet[randomInt(alphabet.length)]).join('')
  return `sk_${random}${checksum(random)}`
}

/** Whether a text has the form of a key, checksum included. */
export function isApiKey(text: string): boolean {
  return pattern.test(text) && text.slice(-checksumLength) === checksum(text.slice(3, -checksumLength))
}

/** What is stored and looked up: SHA-256, hex. */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}

/** What people recognise a key by. */
export function prefixOf(key: string): string {
  return key.slice(0, 11)
}

function checksum(random: string): string {
  let rest = crc32(random)
  let text = ''
  for (let i = 0; i < checksumLength; i += 1) {
    text = alphabet[rest % alphabet.length] + text
    rest = Math.floor(rest / alphabet.length)
  }
  return text
}
