/**
 * Rotating the ring: everything sealed with another key than the ring's first is sealed again with that one, in
 * batches, while calls run. Readers take either key, so the order is: give every gateway the new key beside the old
 * one, put it first, rotate, remove the old one.
 */
import { renewHomeRing } from './credentials/ring.ts'
import { makeVault } from './credentials/vault.ts'
import { countByKey, listSealed, replaceSealed, sealedTables, type SealedTable } from './db/sealed-rows.ts'
import { addEncryptions, noteKeys } from './db/ring.ts'
import { fault } from './fault.ts'
import { ringDigests, type Store } from './open.ts'
import type { Config } from './config.ts'

export interface Rotation {
  /** The key that everything is sealed with now. */
  key: string
  resealed: number
  /** Rows by key afterwards; only `key` when nothing was sealed with another one meanwhile. */
  rows: Record<string, number>
  /** Keys of the ring that nothing needs any more. Backups made before still do. */
  removable: string[]
}

const batchSize = 100
/** A gateway that still has the old key first seals with it; what it sealed meanwhile is met in the next round. */
const mostRounds = 10

/**
 * A ring kept in the home gets a new key first; one from the environment is the operator's.
 * @throws Fault conflict when rows are sealed with a key that the ring lacks; nothing was changed
 */
export async function rotateSecrets(store: Store, config: Config): Promise<Rotation> {
  const { sql } = store
  const known = config.secretKeys === null ? await renewHomeRing(config.home) : store.ring
  const missing = [...(await countByKey(sql)).keys()].filter((id) => !known.keys.has(id))
  if (missing.length > 0)
    throw fault('conflict', {
      fill: {
        reason: `there are secrets sealed with the key "${missing.join('", "')}", which the ring lacks`,
      },
    })
  await noteKeys(sql, ringDigests(known))
  const vault = makeVault(known)
  let resealed = 0
  for (let round = 0; round < mostRounds; round += 1) {
    let found = 0
    for (const table of Object.keys(sealedTables) as SealedTable[]) found += await rotateTable(table)
    if (found === 0) break
    resealed += found
  }
  await addEncryptions(sql, new Map([[known.current, resealed]]))
  const rows = await countByKey(sql)
  return {
    key: known.current,
    resealed,
    rows: Object.fromEntries(rows),
    removable: [...known.keys.keys()].filter((id) => id !== known.current && !rows.has(id)),
  }

  async function rotateTable(table: SealedTable): Promise<number> {
    let replaced = 0
    let after = ''
    for (;;) {
      const batch = await listSealed(sql, table, known.current, after, batchSize)
      if (batch.length === 0) return replaced
      const pairs = batch.map((old) => {
        const owner = { profileId: old.profileId, connectionId: old.id, table }
        return { old, fresh: vault.reseal(owner, { ...old, version: 0 }) }
      })
      replaced += await replaceSealed(sql, table, pairs)
      after = batch.at(-1)!.id
    }
  }
}
