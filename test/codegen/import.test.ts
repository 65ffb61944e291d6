/**
 * Imports of small descriptions. test/cases/import-<format>/description.* is what is imported, the folder shop/ beside
 * it what comes out; golden.test.ts compiles the same folders once more.
 */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { checkSkills } from '../../codegen/compile.ts'
import { isError } from '../../codegen/problem.ts'
import { readSkills } from '../../codegen/read.ts'
import { casesDir } from '../support/compiler.ts'
import { importFile, newFolder, openapi, runSkillett, writeDescription } from '../support/import.ts'

const cases: Record<string, { file: string; format: string }> = {
  'import-openapi': { file: 'description.yaml', format: 'openapi' },
  'import-swagger': { file: 'description.json', format: 'openapi' },
  'import-discovery': { file: 'description.json', format: 'discovery' },
}

function filesOf(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .sort()
}

describe('an import writes what its golden says, and that compiles', () => {
  for (const [name, { file, format }] of Object.entries(cases)) {
    test(name, async () => {
      const golden = join(casesDir, name, 'shop')
      const imported = await importFile(join(casesDir, name, file), { format })
      assert.equal(imported.code, 0)
      assert.equal(imported.report.errors, 0)
      const written = join(imported.dir, 'shop')
      if (process.env['UPDATE'] === '1') {
        rmSync(golden, { recursive: true, force: true })
        for (const path of filesOf(written)) {
          mkdirSync(dirname(join(golden, path)), { recursive: true })
          writeFileSync(join(golden, path), readFileSync(join(written, path)))
        }
      }
      assert.deepEqual(filesOf(written), filesOf(golden))
      for (const path of filesOf(golden))
        assert.equal(
          readFileSync(join(written, path), 'utf8'),
          readFileSync(join(golden, path), 'utf8'),
          path,
        )
      assert.deepEqual(
        checkSkills(readSkills([{ path: imported.dir, shown: 'skills' }])).problems.filter(isError),
        [],
      )
    })
  }
})

test('an operation that has no form here is listed with the reason', async () => {
  const { report, code } = await importFile(join(casesDir, 'import-openapi/description.yaml'))
  assert.equal(code, 0)
  assert.deepEqual(report.refused, [
    { operation: 'TRACE /orders/{order-id}', reason: 'the gateway sends no TRACE' },
  ])
  const refusals: [operation: object, reason: RegExp][] = [
    [
      {
        get: {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: { type: 'object', properties: { a: {} } } } },
          },
        },
      },
      /a GET with a body/,
    ],
    [{ get: { parameters: [{ name: 's', in: 'cookie', required: true }] } }, /needs a cookie/],
    [{ get: { parameters: [{ name: 'a b', in: 'query', required: true }] } }, /needs the parameter "a b"/],
    [
      {
        post: {
          requestBody: { content: { 'application/x-www-form-urlencoded': { schema: { type: 'string' } } } },
        },
      },
      /form body/,
    ],
    [{ get: { servers: [{ url: '//elsewhere' }] } }, /not a whole URL/],
  ]
  for (const [item, reason] of refusals) {
    const imported = await importFile(writeDescription(openapi({ '/a': item, '/b': { get: {} } })))
    assert.equal(imported.report.refused.length, 1)
    assert.match(imported.report.refused[0]!.reason, reason)
    assert.deepEqual(
      imported.sources.map(({ path }) => path),
      ['SKILL.md', 'endpoints/b/get_b.md'],
    )
  }
})

describe('only what is asked for is imported', () => {
  const file = join(casesDir, 'import-openapi/description.yaml')
  const selections: [only: string[], names: string[]][] = [
    [['tag:files'], ['files_replace', 'files_upload']],
    [['path:/orders'], ['orders_create', 'orders_list']],
    [['path:/orders/*'], ['orders_delete', 'orders_set_tags']],
    [
      ['operation:orders/list', 'operation:files/up*'],
      ['files_upload', 'orders_list'],
    ],
  ]
  for (const [only, names] of selections) {
    test(only.join(' or '), async () => {
      const { report, sources } = await importFile(file, { args: only.flatMap((each) => ['--only', each]) })
      const found = sources
        .filter(({ path }) => path !== 'SKILL.md')
        .map(({ path }) => path.replace(/^.*\/|\.md$/g, ''))
      assert.deepEqual(found.sort(), names)
      assert.equal(report.operations, names.length)
    })
  }
  test('nothing, when nothing is selected', async () => {
    const dir = newFolder()
    const ran = await runSkillett(
      'import',
      'openapi',
      file,
      '--integration',
      'shop',
      '--out',
      dir,
      '--only',
      'tag:none',
    )
    assert.equal(ran.code, 1)
    assert.match(ran.err, /no operation is selected/)
    assert.deepEqual(readdirSync(dir), [])
  })
})

test('an endpoint takes the name that it is given', async () => {
  const file = join(casesDir, 'import-openapi/description.yaml')
  const { sources, code } = await importFile(file, {
    args: ['--only', 'tag:orders', '--name', 'orders/list=list_orders'],
  })
  assert.equal(code, 0)
  assert.ok(sources.some(({ path }) => path === 'endpoints/orders/list_orders.md'))
  const ran = await runSkillett(
    'import',
    'openapi',
    file,
    '--integration',
    'shop',
    '--out',
    newFolder(),
    '--name',
    'orders/lost=x',
  )
  assert.equal(ran.code, 1)
  assert.match(ran.err, /no operation "orders\/lost"/)
})

test('names are unique, short enough for agents, and the same for every selection', async () => {
  const long = 'a'.repeat(40) + 'B'.repeat(80)
  const paths = {
    '/a': { get: { operationId: 'get-Thing' }, put: { operationId: 'get_thing' } },
    '/b': { get: { operationId: long } },
    '/c': { get: { operationId: `${long}2` } },
    '/d/{x}': { get: { operationId: '日本' } },
  }
  const all = await importFile(writeDescription(openapi(paths)))
  const names = all.sources.map(({ path }) => path.replace(/^.*\/|\.md$/g, ''))
  assert.deepEqual(
    names.slice(1).filter((name) => name.length > 59),
    [],
  )
  assert.equal(new Set(names).size, 6)
  assert.ok(names.includes('get_thing') && names.includes('get_thing_2') && names.includes('get_d_by_x'))
  const one = await importFile(writeDescription(openapi(paths)), { args: ['--only', 'operation:get_thing'] })
  assert.deepEqual(one.sources.map(({ path }) => path).slice(1), ['endpoints/a/get_thing_2.md'])
})

describe('what lies there already', () => {
  const first = writeDescription(
    openapi({ '/a': { get: { operationId: 'a', tags: ['x'], summary: 'One' } } }),
  )
  const second = writeDescription(
    openapi({
      '/a': { get: { operationId: 'a', tags: ['x'], summary: 'Two' } },
      '/b': { get: { operationId: 'b', tags: ['x'] } },
    }),
  )
  test('stays, and new files join it', async () => {
    const { dir } = await importFile(first)
    const again = await importFile(second, { dir })
    assert.equal(again.code, 0)
    assert.deepEqual(again.report.kept, [{ operation: 'a', file: `${dir}/shop/endpoints/x/a.md` }])
    assert.match(again.text('endpoints/x/a.md'), /title: One/)
    assert.ok(again.text('endpoints/x/b.md'))
  })
  test('is replaced with --force', async () => {
    const { dir } = await importFile(first)
    const again = await importFile(second, { dir, args: ['--force'] })
    assert.match(again.text('endpoints/x/a.md'), /title: Two/)
    assert.deepEqual(again.report.kept, [])
  })
  test('stays in the group that somebody moved it to', async () => {
    const { dir } = await importFile(first)
    const from = join(dir, 'shop/endpoints/x/a.md')
    mkdirSync(join(dir, 'shop/endpoints/y'))
    writeFileSync(join(dir, 'shop/endpoints/y/a.md'), readFileSync(from))
    rmSync(from)
    const again = await importFile(second, { dir, args: ['--force'] })
    assert.deepEqual(
      again.sources.map(({ path }) => path),
      ['SKILL.md', 'endpoints/x/b.md', 'endpoints/y/a.md'],
    )
  })
  test('is checked together with what was imported', async () => {
    const { dir } = await importFile(first)
    writeFileSync(join(dir, 'shop/endpoints/x/mine.md'), '---\nskillett: 1\n---\n')
    const again = await importFile(second, { dir })
    assert.equal(again.code, 1)
    assert.ok(again.report.errors > 0)
  })
})

test('JSON, YAML and gzip read the same', async () => {
  const data = openapi({ '/a': { get: { operationId: 'a' } } })
  const json = await importFile(writeDescription(data))
  const zipped = join(newFolder(), 'description.json.gz')
  writeFileSync(zipped, gzipSync(JSON.stringify(data)))
  const yaml = writeDescription(
    'openapi: 3.1.0\ninfo: {title: Shop, version: "1"}\nservers: [{url: https://api.shop.example}]\npaths: {/a: {get: {operationId: a}}}\n',
  )
  for (const other of [zipped, yaml])
    assert.deepEqual(
      (await importFile(other)).sources.map(({ text }) => text),
      json.sources.map(({ text }) => text),
    )
})

test('a description without a server needs one to be named', async () => {
  const file = writeDescription({ openapi: '3.0.0', info: {}, paths: { '/a': { get: {} } } })
  const ran = await runSkillett('import', 'openapi', file, '--integration', 'shop', '--out', newFolder())
  assert.equal(ran.code, 1)
  assert.match(ran.err, /names no server; say where with --base-url/)
  const { text, code } = await importFile(file, { args: ['--base-url', 'https://api.shop.example/v1'] })
  assert.equal(code, 0)
  assert.match(text('SKILL.md'), /^base_url: https:\/\/api\.shop\.example\/v1$/m)
})

test('wrong usage is refused before anything is read', async () => {
  const wrong: [argv: string[], reason: RegExp][] = [
    [['swagger', 'x'], /openapi or discovery/],
    [['openapi'], /Name one file/],
    [['openapi', 'x', '--out', 'y'], /--integration takes/],
    [['openapi', 'x', '--integration', '../x', '--out', 'y'], /--integration takes/],
    [['openapi', 'x', '--integration', 'x'], /--out names/],
    [['openapi', 'x', '--integration', 'x', '--out', 'y', '--only', 'group:x'], /none of tag/],
    [['openapi', 'x', '--integration', 'x', '--out', 'y', '--name', 'a=B'], /is not like/],
    [['openapi', 'x', '--integration', 'x', '--out', 'y', '--bogus'], /bogus/],
  ]
  for (const [argv, reason] of wrong) {
    const { code, err } = await runSkillett('import', ...argv)
    assert.equal(code, 2, argv.join(' '))
    assert.match(err, reason)
  }
})
