/** What counts as the same when a skill is held against a description, case by case. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { codes, getWith, jsonBody, post, tell, things } from '../support/against.ts'
import { demoSkill } from '../support/compiler.ts'

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
