/** Emitted validators, loaded as the gateway loads them: with four modules to require and no other. */
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { RE2JS } from 're2js'
import { emitted, endpointText, readingOf } from '../support/compiler.ts'

interface Complaint {
  instancePath: string
  keyword: string
}

type Validate = ((value: unknown) => boolean) & { errors?: Complaint[] | null }

const nodeRequire = createRequire(import.meta.url)
const modules: Record<string, unknown> = {
  'ajv/dist/runtime/ucs2length': nodeRequire('ajv/dist/runtime/ucs2length'),
  'ajv/dist/runtime/equal': nodeRequire('ajv/dist/runtime/equal'),
  'ajv-formats/dist/formats': nodeRequire('ajv-formats/dist/formats'),
  'skillett/regexp': (pattern: string) => {
    const compiled = RE2JS.compile(pattern)
    return { test: (text: string) => compiled.matcher(text).find() }
  },
}

function load(code: string): Validate {
  const module = { exports: {} as Validate }
  const supply = (name: string): unknown => {
    assert.ok(Object.hasOwn(modules, name), `the validator requires ${name}`)
    return modules[name]
  }
  new Function('module', 'exports', 'require', code)(module, module.exports, supply)
  return module.exports
}

async function validatorOf(params: string): Promise<Validate> {
  const text = endpointText(
    `name: make_thing\ndescription: X.\nmethod: GET\npath: /things\nparams:\n${params}`,
  )
  const output = await emitted(readingOf(text.replace('make_thing}]', 'make_thing --id x}]')), true)
  return load(output.get('demo/validators/make_thing.cjs')!)
}

const everything = await validatorOf(`
  id: {type: string, required: true, pattern: '^[a-z]+$', minLength: 1, maxLength: 5}
  email: {type: string, format: email}
  date: {type: string, format: date-time}
  count: {type: integer, minimum: 1, maximum: 9}
  ratio: {type: number, multipleOf: 0.5}
  state: {type: string, enum: [open, closed]}
  tags: {type: array, items: {type: string}, maxItems: 2, uniqueItems: true}
  pairs: {type: array, items: {type: object, properties: {a: {type: integer, required: true}}}, uniqueItems: true}
  file: {type: string, format: file}
  big: {type: string, format: int64-string}
  toString: {type: string}
  default_state: {type: string, default: open}
`)

const accepted: Record<string, unknown> = {
  'the required parameter alone': { id: 'abc' },
  'every parameter': {
    id: 'abc',
    email: 'a@example.com',
    date: '2026-01-02T03:04:05Z',
    count: 9,
    ratio: 1.5,
    state: 'open',
    tags: ['a', 'b'],
    pairs: [{ a: 1 }, { a: 2 }],
    file: '@any/thing',
    big: '-9223372036854775808',
  },
  'length counted in characters, not code units': { id: 'abcde' },
}

for (const [title, value] of Object.entries(accepted)) {
  test(`a validator accepts ${title}`, () => {
    assert.equal(everything(value), true, JSON.stringify(everything.errors))
  })
}

const refused: Record<string, [value: unknown, path: string, keyword: string]> = {
  'a missing parameter': [{}, '', 'required'],
  'a parameter that is only inherited': [Object.create({ id: 'abc' }), '', 'required'],
  'an unknown parameter': [{ id: 'abc', extra: 1 }, '', 'additionalProperties'],
  'text that does not match': [{ id: 'ABC' }, '/id', 'pattern'],
  'text that is too long': [{ id: 'abcdef' }, '/id', 'maxLength'],
  'a number written as text': [{ id: 'abc', count: '5' }, '/count', 'type'],
  'a fraction': [{ id: 'abc', count: 1.5 }, '/count', 'type'],
  'a number out of range': [{ id: 'abc', count: 10 }, '/count', 'maximum'],
  'a value outside its enum': [{ id: 'abc', state: 'opened' }, '/state', 'enum'],
  'a bad address': [{ id: 'abc', email: 'nobody' }, '/email', 'format'],
  'a bad date': [{ id: 'abc', date: 'yesterday' }, '/date', 'format'],
  'too many items': [{ id: 'abc', tags: ['a', 'b', 'c'] }, '/tags', 'maxItems'],
  'an item of another type': [{ id: 'abc', tags: [1] }, '/tags/0', 'type'],
  'equal objects in a set': [{ id: 'abc', pairs: [{ a: 1 }, { a: 1 }] }, '/pairs', 'uniqueItems'],
  'an item without its required key': [{ id: 'abc', pairs: [{}] }, '/pairs/0', 'required'],
  'a 64-bit number that is none': [{ id: 'abc', big: '1e9' }, '/big', 'pattern'],
  'null for text': [{ id: null }, '/id', 'type'],
  'a list instead of parameters': [[], '', 'type'],
  'an own __proto__ key': [JSON.parse('{"id":"abc","__proto__":{"x":1}}'), '', 'additionalProperties'],
}

for (const [title, [value, path, keyword]] of Object.entries(refused)) {
  test(`a validator refuses ${title}`, () => {
    assert.equal(everything(value), false)
    const found = everything.errors?.some((error) => error.instancePath === path && error.keyword === keyword)
    assert.ok(found, JSON.stringify(everything.errors))
  })
}

test('a validator reports every complaint at once', () => {
  everything({ count: 'x', state: 'y', extra: 1 })
  assert.deepEqual(everything.errors?.map(({ keyword }) => keyword).sort(), [
    'additionalProperties',
    'enum',
    'required',
    'type',
  ])
})

test('a validator changes nothing in what it checks', () => {
  const value = { id: 'abc', extra: 1 }
  everything(value)
  assert.deepEqual(value, { id: 'abc', extra: 1 })
})

test('an author pattern cannot hold the gateway up', async () => {
  const validate = await validatorOf("  id: {type: string, required: true, pattern: '^(a+)+$'}")
  const before = process.cpuUsage()
  assert.equal(validate({ id: `${'a'.repeat(100_000)}!` }), false)
  const milliseconds = process.cpuUsage(before).user / 1000
  assert.ok(milliseconds < 2_000, `${milliseconds} ms`)
})
