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
import type { Problem } from '../../codegen/problem.ts'
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

/** What one endpoint of the demo integration is told, held against paths of a description. */
async function tell(
  front: string,
  paths: object,
  options: { skill?: string; server?: string } = {},
): Promise<Problem[]> {
  const { skill = demoSkill, server = 'https://api.example.com' } = options
  const reading = readingOf(endpointText(front), skill)
  const { linked, problems } = checkSkills(reading)
  assert.deepEqual(
    problems.filter(({ level, code }) => level === 'error' && code !== 'SKILL_EXAMPLE'),
    [],
  )
  const file = join(scratch, 'demo.json')
  writeFileSync(
    file,
    JSON.stringify({
      openapi: '3.1.0',
      info: { title: 'Demo', version: '1' },
      servers: [{ url: server }],
      paths,
    }),
  )
  const descriptions = await readDescriptions([file])
  assert.ok('value' in descriptions, JSON.stringify(descriptions))
  return checkAgainst(reading, linked, descriptions.value).problems
}

async function codes(...asked: Parameters<typeof tell>): Promise<string[]> {
  return (await tell(...asked)).map(({ code }) => code)
}

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const streams = {
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
  }
  return { code: await main(argv, streams), out, err }
}

const things = 'name: make_thing\ndescription: Make a thing.\n'
const post = `${things}method: POST\npath: /things\nannotations: {read_only: false}\n`
const jsonBody = (schema: object, required = true): object => ({
  '/things': { post: { requestBody: { required, content: { 'application/json': { schema } } } } },
})
const getWith = (...parameters: object[]): object => ({ '/things': { get: { parameters } } })

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

describe('paths are the same by shape', () => {
  const cases: [
    title: string,
    path: string,
    params: string,
    described: string,
    server: string,
    expected: string[],
  ][] = [
    [
      'whatever placeholders are called',
      '/things/{id}',
      '{id: {type: integer, required: true}}',
      '/things/{thing_id}',
      'https://api.example.com',
      [],
    ],
    ['with a base path in the server', '/v1/things', '{}', '/things', 'https://api.example.com/v1', []],
    [
      'with a value in the place of a placeholder',
      '/users/me',
      '{}',
      '/users/{userId}',
      'https://api.example.com',
      [],
    ],
    [
      'with a placeholder inside a segment',
      '/things/{id}.json',
      '{id: {type: integer, required: true}}',
      '/things/{n}.json',
      'https://api.example.com',
      [],
    ],
    [
      'but not with a placeholder in the place of a word',
      '/{kind}',
      '{kind: {type: string, required: true}}',
      '/things',
      'https://api.example.com',
      ['AGAINST_PATH'],
    ],
    [
      'but not with a segment more',
      '/things/all',
      '{}',
      '/things',
      'https://api.example.com',
      ['AGAINST_PATH'],
    ],
  ]
  for (const [title, path, params, described, server, expected] of cases) {
    test(title, async () => {
      const parameters = [...described.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
        name,
        in: 'path',
        required: true,
        schema: { type: name === 'userId' ? 'string' : 'integer' },
      }))
      const front = `${things}method: GET\npath: ${path}\nparams: ${params}`
      assert.deepEqual(await codes(front, { [described]: { get: { parameters } } }, { server }), expected)
    })
  }
})

describe('types are compared as they travel', () => {
  const query = (skill: string, vendor: object): [string, object] => [
    `${things}method: GET\npath: /things\nparams: {a: ${skill}}`,
    getWith({ name: 'a', in: 'query', schema: vendor }),
  ]
  const body = (skill: string, vendor: object): [string, object] => [
    `${post}params: {a: ${skill}}`,
    jsonBody({ type: 'object', properties: { a: vendor } }),
  ]
  const cases: [title: string, [string, object], string[]][] = [
    ['a number is text in a query', query('{type: integer}', { type: 'string' }), []],
    ['a number is no text in JSON', body('{type: integer}', { type: 'string' }), ['AGAINST_TYPE']],
    ['text is no number in a query', query('{type: string}', { type: 'integer' }), ['AGAINST_TYPE']],
    ['a whole number is a number', body('{type: integer}', { type: 'number' }), []],
    ['a number may not be whole', body('{type: number}', { type: 'integer' }), ['AGAINST_TYPE']],
    [
      'a joined list is text',
      query('{type: array, items: {type: string}, style: csv}', { type: 'string' }),
      [],
    ],
    [
      'a repeated list is no text',
      query('{type: array, items: {type: string}}', { type: 'string' }),
      ['AGAINST_TYPE'],
    ],
    [
      'the items of lists are compared',
      body('{type: array, items: {type: string}}', { type: 'array', items: { type: 'integer' } }),
      ['AGAINST_TYPE'],
    ],
    ['one of several types is enough', body('{type: string}', { type: ['string', 'integer'] }), []],
    [
      'one of several schemas is enough',
      body('{type: string}', { oneOf: [{ type: 'string' }, { type: 'integer' }] }),
      [],
    ],
    [
      'none of several schemas is not',
      body('{type: boolean}', { oneOf: [{ type: 'string' }, { type: 'integer' }] }),
      ['AGAINST_TYPE'],
    ],
    ['an undescribed value may be anything', body('{type: boolean}', {}), []],
    ['nullable without a type says nothing', body('{type: boolean}', { nullable: true }), []],
    [
      'a subset of the values is enough',
      query('{type: string, enum: [x]}', { type: 'string', enum: ['x', 'y'] }),
      [],
    ],
    [
      'a value too many is not',
      query('{type: string, enum: [x, z]}', { type: 'string', enum: ['x', 'y'] }),
      ['AGAINST_ENUM'],
    ],
    [
      'numbers in a query are compared as text',
      query("{type: string, enum: ['1']}", { type: 'string', enum: [1] }),
      [],
    ],
    [
      'values of alternatives count together',
      body('{type: string, enum: [x, y]}', { anyOf: [{ const: 'x' }, { const: 'y' }] }),
      [],
    ],
  ]
  for (const [title, [front, paths], expected] of cases)
    test(title, async () => assert.deepEqual(await codes(front, paths), expected))
})

describe('what is required is covered', () => {
  const needed = getWith(
    { name: 'a', in: 'query', required: true, schema: {} },
    { name: 'X-A', in: 'header', required: true, schema: {} },
  )
  const get = `${things}method: GET\npath: /things\n`
  const cases: [title: string, Parameters<typeof tell>, string[]][] = [
    ['not by nothing', [get, needed], ['AGAINST_REQUIRED', 'AGAINST_REQUIRED']],
    [
      'by parameters that are always there',
      [
        `${get}params: {a: {type: string, required: true}, b: {type: string, required: true}}\nparam_mapping: {b: "header:X-A"}`,
        needed,
      ],
      [],
    ],
    [
      'not by one that may be left out',
      [`${get}params: {a: {type: string}}\nrequest: {headers: {X-A: a}}`, needed],
      ['AGAINST_REQUIRED'],
    ],
    ['by constants', [`${get}request: {headers: {x-a: a}, query: {a: b}}`, needed], []],
    [
      'by headers of the integration and the credential',
      [
        get,
        needed,
        {
          skill: demoSkill.replace(
            'auth: {type: bearer}',
            'headers: {X-A: a}\nauth: {type: api_key, inject: {query: a, value: "{api_key}"}}',
          ),
        },
      ],
      [],
    ],
    [
      'keys of a body by the whole body',
      [
        `${post}params: {all: {type: object, required: true}}\nparam_mapping: {all: body}`,
        jsonBody({ type: 'object', properties: { a: {} }, required: ['a'] }),
      ],
      [],
    ],
    [
      'not keys of a body that nothing sends',
      [
        `${post}params: {b: {type: string}}`,
        jsonBody({ type: 'object', properties: { a: {}, b: {} }, required: ['a'] }),
      ],
      ['AGAINST_REQUIRED'],
    ],
    [
      'but keys of a body that may be left out need not be',
      [
        `${post}params: {b: {type: string}}`,
        jsonBody({ type: 'object', properties: { a: {}, b: {} }, required: ['a'] }, false),
      ],
      [],
    ],
    [
      'but a credential is not asked of the skill',
      [get, getWith({ name: 'access_token', in: 'query', required: true, schema: {} })],
      [],
    ],
  ]
  for (const [title, asked, expected] of cases)
    test(title, async () => assert.deepEqual(await codes(...asked), expected))
})

describe('places are looked up where they are', () => {
  const get = `${things}method: GET\npath: /things\n`
  const cases: [title: string, Parameters<typeof tell>, string[]][] = [
    [
      'ids[] is ids',
      [
        `${get}params: {a: {type: array, items: {type: string}}}\nparam_mapping: {a: "?ids[]"}`,
        getWith({ name: 'ids', in: 'query', schema: { type: 'array' } }),
      ],
      [],
    ],
    [
      'page[size] is a key of page',
      [
        `${get}params: {a: {type: integer}}\nparam_mapping: {a: "?page[size]"}`,
        getWith({ name: 'page', in: 'query', schema: { properties: { size: { type: 'integer' } } } }),
      ],
      [],
    ],
    [
      'page[sise] is none',
      [
        `${get}params: {a: {type: integer}}\nparam_mapping: {a: "?page[sise]"}`,
        getWith({ name: 'page', in: 'query', schema: { properties: { size: {} } } }),
      ],
      ['AGAINST_PARAMETER'],
    ],
    [
      'a key of a body may lie deep',
      [
        `${post}params: {a: {type: string}}\nparam_mapping: {a: body.b.c}`,
        jsonBody({ properties: { b: { properties: { c: { type: 'string' } } } } }),
      ],
      [],
    ],
    [
      'and is missed there',
      [
        `${post}params: {a: {type: string}}\nparam_mapping: {a: body.b.d}`,
        jsonBody({ properties: { b: { properties: { c: {} } } } }),
      ],
      ['AGAINST_PARAMETER'],
    ],
    [
      'an open object has any key',
      [
        `${post}params: {a: {type: string}}\nparam_mapping: {a: body.b.d}`,
        jsonBody({ properties: { b: { type: 'object' } } }),
      ],
      [],
    ],
    [
      'headers that every service takes need no description',
      [`${get}params: {a: {type: string}}\nparam_mapping: {a: "header:If-Match"}`, getWith()],
      [],
    ],
    [
      'other headers do',
      [`${get}params: {a: {type: string}}\nparam_mapping: {a: "header:X-Other"}`, getWith()],
      ['AGAINST_PARAMETER'],
    ],
    [
      'constants too',
      [`${get}request: {query: {expnd: all}}`, getWith({ name: 'expand', in: 'query', schema: {} })],
      ['AGAINST_PARAMETER'],
    ],
  ]
  for (const [title, asked, expected] of cases)
    test(title, async () => assert.deepEqual(await codes(...asked), expected))
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
