/** Sealing: what is moved, cut or respelled does not open, and no nonce comes twice. */
import assert from 'node:assert/strict'
import { createCipheriv, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { parseRing } from '../../server/credentials/ring.ts'
import { open, seal, type Place } from '../../server/credentials/seal.ts'
import { Secret } from '../../server/credentials/secret.ts'
import { makeVault, type Owner } from '../../server/credentials/vault.ts'

const ring = parseRing(
  `a:${Buffer.alloc(32, 1).toString('base64')},b:${Buffer.alloc(32, 2).toString('base64')}`,
)
const vault = makeVault(ring)
const secret = { token: new Secret('canary') }

test('1,000 sealed rows moved to another row, profile or table open nowhere', () => {
  let opened = 0
  const tables = ['credentials', 'authorizations', 'oauth_apps', 'revocations', 'token_candidates'] as const
  for (let i = 0; i < 1000; i += 1) {
    const owner: Owner = { profileId: `prof_${i % 7}`, connectionId: `conn_${i}` }
    const row = { ...vault.seal(owner, secret), version: 1 }
    vault.open(owner, row)
    const other: Owner[] = [
      { ...owner, connectionId: `conn_${i + 1}` },
      { ...owner, profileId: `prof_${(i + 1) % 7}` },
      { ...owner, table: tables[1 + (i % 4)]! },
      // What separates the parts of the additional data cannot be moved either.
      { profileId: `${owner.profileId}\0credentials`, connectionId: owner.connectionId },
    ]
    try {
      vault.open(other[i % other.length]!, row)
      opened += 1
    } catch {
      // As it should be.
    }
  }
  assert.equal(opened, 0)
})

test('the wrapped key of one row does not open the secret of another, nor one column the other', () => {
  const owner = { profileId: 'p', connectionId: 'c' }
  const [one, two] = [vault.seal(owner, secret), vault.seal(owner, secret)]
  assert.throws(() => vault.open(owner, { ...one, sealed: two.sealed, version: 1 }))
  assert.throws(() => vault.open(owner, { ...one, sealed: one.wrappedKey, version: 1 }))
  assert.throws(() => vault.open(owner, { ...one, keyId: 'b', version: 1 }))
})

test('a tag of 4, 8, 12, 13 or no bytes is refused, and every flipped bit', () => {
  const key = randomBytes(32)
  const place: Place = { keyId: 'k', profileId: 'p', table: 't', row: 'r', column: 'c' }
  const plain = Buffer.from('canary')
  const whole = seal(key, plain, place)
  assert.deepEqual(open(key, whole, place), plain)
  for (const length of [0, 4, 8, 12, 13, 15])
    assert.throws(() => open(key, whole.subarray(0, whole.length - 16 + length), place))
  // What GCM itself would accept: a short tag that is right.
  const cipher = createCipheriv('aes-256-gcm', key, whole.subarray(0, 12), { authTagLength: 4 })
  cipher.setAAD(Buffer.from(['1', 'k', 'p', 't', 'r', 'c'].join('\0')))
  const short = [whole.subarray(0, 12), cipher.update(plain), cipher.final(), cipher.getAuthTag()]
  assert.throws(() => open(key, Buffer.concat(short), place))
  for (let bit = 0; bit < whole.length * 8; bit += 1) {
    const broken = Buffer.from(whole)
    broken[bit >> 3]! ^= 1 << (bit & 7)
    assert.throws(() => open(key, broken, place), `bit ${bit}`)
  }
})

test('250,000 encryptions have 250,000 nonces', () => {
  const key = randomBytes(32)
  const place: Place = { keyId: 'k', profileId: 'p', table: 't', row: 'r', column: 'c' }
  const plain = Buffer.from('x')
  const nonces = new Set<string>()
  for (let i = 0; i < 250_000; i += 1) nonces.add(seal(key, plain, place).toString('latin1', 0, 12))
  assert.equal(nonces.size, 250_000)
})

test('a key is spelled in one way only', () => {
  const text = Buffer.alloc(32, 255).toString('base64')
  const other = `${text.slice(0, -2)}9=`
  assert.deepEqual(Buffer.from(text, 'base64'), Buffer.from(other, 'base64'))
  parseRing(`k:${text}`)
  for (const wrong of [`k:${other}`, `k:${text},k:${text}`, `k:${text.slice(0, -4)}`, text, ''])
    assert.throws(() => parseRing(wrong), /SKILLETT_SECRET_KEYS must be/)
})

test('a secret shows itself to nobody who does not ask', () => {
  for (const shown of [
    `${secret.token}`,
    JSON.stringify(secret),
    String(secret.token),
    JSON.stringify([secret.token]),
  ])
    assert.ok(!shown.includes('canary'), shown)
})
