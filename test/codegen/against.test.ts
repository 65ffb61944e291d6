/** Skills held against API descriptions: what is caught, what is let through, and what the command says. */
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { checkAgainst } from '../../codegen/against/check-against.ts'
import { readDescriptions } from '../../codegen/against/descriptions.ts'
import { checkSkills } from '../../codegen/compile.ts'
import { main } from '../../codegen/main.ts'
import { codes, getWith, tell, things } from '../support/against.ts'
import { readSkills } from '../../codegen/read.ts'
import {
  assertGolden,
  casesDir,
  demoSkill,
  endpointText,
  printed,
  readingOf,
  scratchFolder,
} from '../support/compiler.ts'

const scratch = scratchFolder()
const mistakes = join(casesDir, 'against-mistakes')

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const streams = {
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
  }
  return { code: await main(argv, streams), out, err }
}

test('every kind of mistake is told at its place', async () => {
  const reading = readSkills([{ path: mistakes, shown: 'skills' }])
  const { linked } = checkSkills(reading)
  const descriptions = await readDescriptions([
    join(mistakes, 'openapi.yaml'),
    join(mistakes, 'shop.graphql'),
  ])
  assert.ok('value' in descriptions)
  const { problems, compared } = checkAgainst(reading, linked, descriptions.value)
  assertGolden('against-mistakes.txt', printed(reading, problems))
  assert.deepEqual([...compared], [['shop', 6]])
})

describe('excuses', () => {
  const get = `${things}method: GET\npath: /things\nparams: {a: {type: string}, b: {type: string}}\n`
  const neither = getWith()
  test('silence what they name, in one endpoint or in all', async () => {
    const own = 'against: {ignore: [{rule: parameter, at: a, reason: Documented elsewhere.}]}'
    assert.deepEqual(
      (await tell(get + own, neither)).map(({ code, line }) => [code, line]),
      [['AGAINST_PARAMETER', 7]],
    )
    const shared = demoSkill.replace(
      'auth:',
      'against: {ignore: [{rule: parameter, reason: Documented elsewhere.}]}\nauth:',
    )
    assert.deepEqual(await codes(get, neither, { skill: shared }), [])
  })
  test('that excuse nothing are told', async () => {
    const shared = demoSkill.replace(
      'auth:',
      'against: {ignore: [{rule: body, reason: Documented elsewhere.}]}\nauth:',
    )
    assert.deepEqual(await codes(`${things}method: GET\npath: /things`, neither, { skill: shared }), [
      'AGAINST_EXCUSE',
    ])
  })
  test('need a reason', () => {
    const front = `${things}method: GET\npath: /things\nagainst: {ignore: [{rule: body}]}`
    const { problems } = checkSkills(readingOf(endpointText(front)))
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['SKILL_MISSING_KEY'],
    )
  })
})

describe('the command', () => {
  test('ends with 1 and prints JSON where skills differ, and with 0 where they do not', async () => {
    const differs = await run(
      'validate',
      '--skills',
      mistakes,
      '--against',
      join(mistakes, 'openapi.yaml'),
      '--json',
    )
    assert.equal(differs.code, 1)
    assert.ok((JSON.parse(differs.out) as { errors: number }).errors > 5)
    const none = join(scratch, 'none')
    cpSync(mistakes, none, { recursive: true })
    for (const name of ['create_order', 'change_order', 'list_returns', 'label_order', 'list_orders'])
      writeFileSync(
        join(none, `shop/endpoints/orders/${name}.md`),
        readFileSync(join(mistakes, 'shop/endpoints/items/find_items.md'), 'utf8')
          .replaceAll('find_items', name)
          .replace('nmae', 'name')
          .replace(', MIDDLE', '')
          .replace('first: {type: string}', 'first: {type: integer}')
          .replace('filter.nam\n', 'filter.name\n'),
      )
    writeFileSync(
      join(none, 'shop/endpoints/items/find_items.md'),
      readFileSync(join(none, 'shop/endpoints/orders/list_orders.md'), 'utf8').replaceAll(
        'list_orders',
        'find_items',
      ),
    )
    const same = await run('validate', '--skills', none, '--against', join(mistakes, 'shop.graphql'))
    assert.equal(same.code, 0, same.err)
    assert.match(same.err, /^shop: 6 endpoints compared with a description$/m)
  })
  test('takes a folder, gzipped files, and a name for what names no server', async () => {
    const folder = join(scratch, 'folder')
    mkdirSync(folder)
    writeFileSync(join(folder, 'shop.yaml.gz'), gzipSync(readFileSync(join(mistakes, 'openapi.yaml'))))
    writeFileSync(
      join(folder, 'other.json'),
      JSON.stringify({ openapi: '3.0.0', servers: [{ url: 'https://other.example' }], paths: {} }),
    )
    writeFileSync(join(folder, 'README.md'), 'Not a description.')
    const { code, err } = await run('validate', '--skills', mistakes, '--against', folder)
    assert.equal(code, 1)
    assert.match(err, /^shop: 5 endpoints compared with a description\nwithout a skill: other.json$/m)
    const renamed = join(scratch, 'schema.graphql')
    cpSync(join(mistakes, 'shop.graphql'), renamed)
    const named = await run('validate', '--skills', mistakes, '--against', `shop=${renamed}`)
    assert.match(named.err, /^shop: 1 endpoint compared with a description$/m)
    const unnamed = await run('validate', '--skills', mistakes, '--against', renamed)
    assert.equal(unnamed.code, 2)
    assert.match(unnamed.err, /describes none of these integrations/)
  })
  test('refuses what is no description', async () => {
    const cases: [name: string, text: string, reason: RegExp][] = [
      ['a.json', '{"openapi": "3.0.0"', /cannot be read/],
      ['b.json', '{}', /neither OpenAPI 3 nor Swagger 2\.0/],
      ['c.graphql', 'type {', /no GraphQL schema/],
      ['d.yaml', `a: &a ["x"]\nb: [${'*a, '.repeat(200)}*a]\n`, /cannot be read/],
    ]
    for (const [name, text, reason] of cases) {
      writeFileSync(join(scratch, name), text)
      const { code, err } = await run('validate', '--skills', mistakes, '--against', join(scratch, name))
      assert.equal(code, 2, name)
      assert.match(err, reason)
    }
    assert.equal(
      (await run('validate', '--skills', mistakes, '--against', join(scratch, 'missing.json'))).code,
      2,
    )
  })
})
