import assert from 'node:assert/strict'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { migrate } from '../../server/db/migrate.ts'
import { openDatabase, type Sql } from '../../server/db/sql.ts'
import { createDatabase, type TestDatabase } from '../support/pg.ts'

let database: TestDatabase
let sql: Sql
let folder: string
let url: URL

before(async () => {
  database = await createDatabase()
  sql = openDatabase(database.url, 10)
  folder = await mkdtemp(join(tmpdir(), 'skillett-migrate-'))
  await cp(new URL('../../sql', import.meta.url), folder, { recursive: true })
  url = pathToFileURL(`${folder}/`)
})
after(async () => {
  await sql?.end()
  await database?.drop()
  if (folder) await rm(folder, { recursive: true, force: true })
})

const add = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text)

test('what is applied already is not applied again', async () => {
  assert.deepEqual(await migrate(sql, url), [])
})

test('of ten that start together one applies, and the others find it done', async () => {
  await add('8001_one.sql', 'create table one (n integer); insert into one values (1);')
  await add('8002_two.sql', 'insert into one values (2);')
  const applied = await Promise.all(Array.from({ length: 10 }, () => migrate(sql, url)))
  assert.deepEqual(
    applied.filter((names) => names.length > 0),
    [['8001_one.sql', '8002_two.sql']],
  )
  assert.deepEqual(
    (await sql`select n from one order by n`).map((row) => row['n']),
    [1, 2],
  )
})

test('one that fails leaves nothing of itself or of those beside it, and can be put right', async () => {
  await add('8003_three.sql', 'create table three (n integer);')
  await add('8004_four.sql', 'create table four (n integer); select nothing from nowhere;')
  await assert.rejects(migrate(sql, url), /nowhere/)
  const [tables] = await sql`select to_regclass('three') as three, to_regclass('four') as four`
  assert.deepEqual({ ...tables }, { three: null, four: null })
  await add('8004_four.sql', 'create table four (n integer);')
  assert.deepEqual(await migrate(sql, url), ['8003_three.sql', '8004_four.sql'])
})

test('a file that was changed after it had been applied stops the start', async () => {
  await add('8001_one.sql', 'create table one (n bigint);')
  await add('8005_five.sql', 'create table five (n integer);')
  await assert.rejects(migrate(sql, url), /sql\/8001_one\.sql was changed/)
  assert.equal((await sql`select to_regclass('five') as five`)[0]!['five'], null)
  await add(
    '8001_one.sql',
    'create table one (n integer); insert into one values (1);\r\n'.replace('\r\n', ''),
  )
  assert.deepEqual(await migrate(sql, url), ['8005_five.sql'])
})

test('files of a newer gateway are left alone', async () => {
  await rm(join(folder, '8005_five.sql'))
  assert.deepEqual(await migrate(sql, url), [])
  assert.equal((await sql`select 1 from migrations where name = '8005_five.sql'`).length, 1)
})
