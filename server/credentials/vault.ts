/**
 * The vault: credentials in, sealed rows out, and back. Each connection has a data key of its own, wrapped by the
 * ring. This is the only file that opens a credential.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { SealedCredential } from '../db/admission.ts'
import type { Ring } from './ring.ts'
import { open, seal, type Place } from './seal.ts'
import { reveal, Secret } from './secret.ts'

/** What is sealed: the named secrets of one connection, such as `token`. */
export type Credential = Record<string, Secret>

export interface Vault {
  seal(owner: Owner, credential: Credential): Omit<SealedCredential, 'version'>
  /** @throws Error when the ring lacks the key or the row was tampered with */
  open(owner: Owner, row: SealedCredential): Credential
  /**
   * The same secrets under a new data key, wrapped by the ring's first key.
   * @throws Error as `open` does
   */
  reseal(owner: Owner, row: SealedCredential): Omit<SealedCredential, 'version'>
}

/** Whose row it is. Sealed bytes of one table do not open in another. */
export interface Owner {
  profileId: string
  /** The row's id; in `credentials` the connection's. */
  connectionId: string
  /** `credentials` when not given. */
  table?: 'credentials' | 'authorizations' | 'oauth_apps' | 'revocations' | 'token_candidates'
}

/** @param onSeal told with the key's id each time a key of the ring has encrypted */
export function makeVault(first: Ring, onSeal: (keyId: string) => void = () => {}): Vault {
  let ring = first
  const keyFor = (id: string): Buffer => {
    // Another process may have put a key into the home's ring.
    if (!ring.keys.has(id)) ring = ring.again?.() ?? ring
    return ringKey(ring, id)
  }
  const sealPlain = (owner: Owner, plain: Buffer): Omit<SealedCredential, 'version'> => {
    ring = ring.again?.() ?? ring
    const keyId = ring.current
    const dataKey = randomBytes(32)
    const row = {
      keyId,
      wrappedKey: seal(ringKey(ring, keyId), dataKey, place(keyId, owner, 'wrapped_key')),
      sealed: seal(dataKey, plain, place(keyId, owner, 'sealed')),
    }
    onSeal(keyId)
    plain.fill(0)
    dataKey.fill(0)
    return row
  }
  const openPlain = (owner: Owner, row: SealedCredential): Buffer => {
    const dataKey = open(keyFor(row.keyId), row.wrappedKey, place(row.keyId, owner, 'wrapped_key'))
    const plain = open(dataKey, row.sealed, place(row.keyId, owner, 'sealed'))
    dataKey.fill(0)
    return plain
  }
  return {
    seal(owner, credential) {
      const names = Object.entries(credential).map(([name, secret]) => [name, reveal(secret)])
      return sealPlain(owner, Buffer.from(JSON.stringify(Object.fromEntries(names))))
    },
    open(owner, row) {
      const plain = openPlain(owner, row)
      const names = JSON.parse(plain.toString()) as Record<string, string>
      plain.fill(0)
      return Object.fromEntries(Object.entries(names).map(([name, text]) => [name, new Secret(text)]))
    },
    reseal: (owner, row) => sealPlain(owner, openPlain(owner, row)),
  }
}

/** What `secret_keys.check_value` holds for a key: enough to notice another key under the same id. */
export function checkValue(ring: Ring, keyId: string): Buffer {
  return createHash('sha256').update('skillett key check\0').update(ringKey(ring, keyId)).digest()
}

function ringKey(ring: Ring, keyId: string): Buffer {
  const key = ring.keys.get(keyId)
  if (key === undefined)
    throw new Error(`The key ring has no key "${keyId}", which a stored credential needs.`)
  return key
}

function place(keyId: string, owner: Owner, column: string): Place {
  return {
    keyId,
    profileId: owner.profileId,
    table: owner.table ?? 'credentials',
    row: owner.connectionId,
    column,
  }
}
