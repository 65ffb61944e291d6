import assert from 'node:assert/strict'
import { createCipheriv, randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { test } from 'node:test'
import { parseRing } from '../../server/credentials/ring.ts'
import { open, seal, type Place } from '../../server/credentials/seal.ts'
import { Secret } from '../../server/credentials/secret.ts'
import { makeVault } from '../../server/credentials/vault.ts'

const key = randomBytes(32)
const place: Place = {
  keyId: 'k1',
  profileId: 'prof_a',
  table: 'credentials',
  row: 'conn_a',
  column: 'sealed',
}
const plain = Buffer.from('{"token":"canary"}')

test('what was sealed opens in its own place', () => {
  assert.deepEqual(open(key, seal(key, plain, place), place), plain)
})

test('what is moved to any other place does not open', (t) => {
  let failed = 0
  for (let i = 0; i < 1_000; i += 1)
    for (const name of Object.keys(place) as (keyof Place)[]) {
      const elsewhere = { ...place, [name]: `${place[name]}${i}` }
      assert.throws(() => open(key, seal(key, plain, place), elsewhere))
      failed += 1
    }
  // A boundary moved between two names makes the same text without a separator.
  const shifted = { ...place, keyId: 'k1p', profileId: 'rof_a' }
  assert.throws(() => open(key, seal(key, plain, place), shifted))
  t.diagnostic(`${failed} transplants, ${failed} refused`)
})

test('a changed byte anywhere is noticed', () => {
  const sealed = seal(key, plain, place)
  for (let i = 0; i < sealed.length; i += 1) {
    const changed = Buffer.from(sealed)
    changed[i]! ^= 1
    assert.throws(() => open(key, changed, place))
  }
  assert.throws(() => open(randomBytes(32), sealed, place))
})

test('a tag shorter than 16 bytes is refused, though it be the right one', () => {
  const sealed = seal(key, plain, place)
  for (let length = 0; length < sealed.length; length += 1)
    assert.throws(() => open(key, sealed.subarray(0, length), place))
  for (const tagLength of [4, 8, 12, 13, 14, 15]) {
    const cipher = createCipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: tagLength })
    cipher.setAAD(Buffer.from(['1', ...Object.values(place)].join('\0')))
    const short = Buffer.concat([
      sealed.subarray(0, 12),
      cipher.update(plain),
      cipher.final(),
      cipher.getAuthTag(),
    ])
    assert.throws(() => open(key, short, place), `${tagLength}`)
  }
})

test('a hundred thousand nonces are all different', (t) => {
  const nonces = new Set<string>()
  const empty = Buffer.alloc(0)
  for (let i = 0; i < 100_000; i += 1) nonces.add(seal(key, empty, place).toString('latin1', 0, 12))
  assert.equal(nonces.size, 100_000)
  t.diagnostic('100000 nonces, 0 duplicates')
})

test('rows of a vault open for nobody else, under no other connection, column or key', () => {
  const ring = parseRing(`a:${key.toString('base64')},b:${randomBytes(32).toString('base64')}`)
  const vault = makeVault(ring)
  const owner = { profileId: 'prof_a', connectionId: 'conn_a' }
  const row = { ...vault.seal(owner, { token: new Secret('canary') }), version: 1 }
  const other = {
    ...vault.seal({ ...owner, connectionId: 'conn_b' }, { token: new Secret('other') }),
    version: 1,
  }
  assert.equal(Secret.reveal(vault.open(owner, row)['token']!), 'canary')
  const moves: [typeof owner, typeof row][] = [
    [{ ...owner, profileId: 'prof_b' }, row],
    [{ ...owner, connectionId: 'conn_b' }, row],
    [owner, { ...row, keyId: 'b' }],
    [owner, { ...row, sealed: other.sealed }],
    [owner, { ...row, wrappedKey: other.wrappedKey }],
    [owner, { ...row, sealed: other.sealed, wrappedKey: other.wrappedKey }],
    [owner, { ...row, sealed: row.wrappedKey, wrappedKey: row.sealed }],
  ]
  for (const [who, what] of moves) assert.throws(() => vault.open(who, what))
  assert.throws(() => makeVault(parseRing(`c:${key.toString('base64')}`)).open(owner, row), /no key "a"/)
  const wrong = makeVault(parseRing(`a:${randomBytes(32).toString('base64')}`))
  assert.throws(() => wrong.open(owner, row))
})

test('every connection has a data key of its own', () => {
  const vault = makeVault(parseRing(`a:${key.toString('base64')}`))
  const owner = { profileId: 'prof_a', connectionId: 'conn_a' }
  const rows = Array.from({ length: 50 }, () => vault.seal(owner, { token: new Secret('same') }))
  assert.equal(new Set(rows.map((row) => row.wrappedKey.toString('hex'))).size, 50)
  assert.equal(new Set(rows.map((row) => row.sealed.toString('hex'))).size, 50)
})

test('a ring is read strictly, and its mistakes are told without its text', () => {
  const good = Buffer.alloc(32, 1).toString('base64')
  assert.deepEqual([...parseRing(`a:${good}, b-2:${good}`).keys.keys()], ['a', 'b-2'])
  assert.equal(parseRing(`new:${good},old:${good}`).current, 'new')
  const last = good.slice(0, -2)
  const wrong = [
    ...['', 'a', 'a:', `:${good}`, `a:${good},`, `,a:${good}`, `a:${good}a:${good}`, `a:${good};b:${good}`],
    ...[
      `a:${good},a:${good}`,
      `a b:${good}`,
      `${'a'.repeat(65)}:${good}`,
      `a:${good.slice(0, -1)}`,
      `a:${good}=`,
    ],
    ...[16, 31, 33, 64].map((size) => `a:${Buffer.alloc(size, 1).toString('base64')}`),
    `a:${Buffer.alloc(32, 255).toString('base64').replaceAll('/', '_')}`,
    `a:${Buffer.alloc(32, 1).toString('hex')}`,
    // The last character carries four bits that decoding drops: three more spellings of the same bytes.
    ...['F', 'G', 'H'].map((char) => `a:${last}${char}=`),
    `a:${good.slice(0, 10)} ${good.slice(11)}`,
  ]
  assert.equal(last.length + 2, good.length)
  for (const text of wrong)
    assert.throws(
      () => parseRing(text),
      (error: Error) => !/AQEB|0101/.test(error.message) && /must be id:base64/.test(error.message),
      text,
    )
})

test('a secret shows itself to nobody who did not ask', () => {
  const secret = new Secret('canary')
  const shown = [
    String(secret),
    `${secret}`,
    JSON.stringify({ secret, list: [secret] }),
    inspect(secret, { depth: 9, showHidden: true }),
    inspect({ deep: { secret } }, { depth: 9 }),
    Object.keys(secret).join(),
    Object.values(secret).join(),
    new Error('x', { cause: secret }).stack ?? '',
    inspect(new Error('x', { cause: secret })),
  ]
  assert.equal(shown.join('\n').includes('canary'), false)
})
