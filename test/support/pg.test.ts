import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDatabase } from '../../server/db/sql.ts'
import { createDatabase } from './pg.ts'

test('databases for tests are migrated, share no rows, and are gone once dropped', async () => {
  const [one, two] = await Promise.all([createDatabase(), createDatabase()])
  const [mine, yours] = [openDatabase(one.url, 1), openDatabase(two.url, 1)]
  await mine`insert into plans (name) values ('of one test')`
  assert.equal((await mine`select from plans where name = 'of one test'`).length, 1)
  assert.equal((await yours`select from plans where name = 'of one test'`).length, 0)
  await Promise.all([mine.end(), yours.end(), one.drop()])

  const gone = openDatabase(one.url, 1)
  await assert.rejects(gone`select 1`, { code: '3D000' })
  await Promise.all([gone.end(), two.drop()])
})
