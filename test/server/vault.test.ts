/** The vault: what was sealed for one row, table or key opens for no other. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRing } from '../../server/credentials/ring.ts'
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
