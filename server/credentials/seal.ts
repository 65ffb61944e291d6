/**
 * AES-256-GCM as this gateway uses it: a random 96-bit nonce, a 128-bit tag and always additional data that binds
 * the ciphertext to its place. Sealed bytes are: nonce (12) | ciphertext | tag (16).
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const algorithm = 'aes-256-gcm'
const nonceLength = 12
const tagLength = 16

/** Where a ciphertext lives. Moving it anywhere else makes it unreadable. */
export interface Place {
  keyId: string
  profileId: string
  table: string
  row: string
  column: string
}

export function seal(key: Buffer, plain: Buffer, place: Place): Buffer {
  const nonce = randomBytes(nonceLength)
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagLength })
  cipher.setAAD(additionalData(place))
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** @throws Error when key, place or bytes are not those of `seal` */
export function open(key: Buffer, sealed: Buffer, place: Place): Buffer {
  if (sealed.length < nonceLength + tagLength) throw new Error('sealed bytes are too short')
  const end = sealed.length - tagLength
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceLength), {
    authTagLength: tagLength,
  })
  decipher.setAAD(additionalData(place))
  decipher.setAuthTag(sealed.subarray(end))
  const plain = decipher.update(sealed.subarray(nonceLength, end))
  // GCM is a stream cipher: all is out before the tag is checked, and nothing is used before that.
  decipher.final()
  return plain
}

/** Version and names, separated by NUL, which none of them can hold. */
function additionalData(place: Place): Buffer {
  return Buffer.from(['1', place.keyId, place.profileId, place.table, place.row, place.column].join('\0'))
}
