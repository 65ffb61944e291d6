/** Our own checks beside the libraries that they stand in for: the same verdicts, and the same text. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { compile } from 'json-schema-to-typescript'
import { deviations } from '../../codegen/conform.ts'
import { plainInterface } from '../../codegen/emit/plain-types.ts'
import { endpointSchema } from '../../codegen/schema/endpoint.ts'
import { integrationSchema } from '../../codegen/schema/integration.ts'
import type { ShapeSchema } from '../../codegen/schema/values.ts'

/** Mulberry32: the same numbers each time. */
function makeRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const random = makeRandom(20261120)
const scalars = [
  '',
  'x',
  'GET',
  'https://a.example',
  '30s',
  'oauth2',
  'bearer',
  '{a}',
  0,
  1,
  -1,
  1.5,
  true,
  false,
  null,
]

function pick<Item>(items: readonly Item[]): Item {
  return items[random(items.length)]!
}

/** Data that mostly has the shape of the schema. */
function dataFor(schema: ShapeSchema, depth: number): unknown {
  if (random(6) === 0 || depth > 5) return pick<unknown>([...scalars, [], {}, ['x', 'x'], { x: 1 }])
  const { enum: values, properties, items, additionalProperties, allOf, then, else: otherwise, type } = schema
  if (Array.isArray(values)) return pick(values)
  const branch = [then, otherwise, ...((allOf as unknown[] | undefined) ?? [])].filter(Boolean)
  if (branch.length > 0 && !properties) return dataFor(pick(branch) as ShapeSchema, depth + 1)
  if (properties || additionalProperties) {
    const entries = Object.entries((properties as Record<string, ShapeSchema> | undefined) ?? {})
    const chosen = entries
      .filter(() => random(Math.max(2, entries.length / 3)) === 0)
      .map(([name, inner]) => [name, dataFor(inner, depth + 1)])
    if (random(4) === 0)
      chosen.push([pick(['extra', 'X-Header', 'a b']), dataFor(Object(additionalProperties), depth + 1)])
    return Object.fromEntries(chosen)
  }
  if (items) return Array.from({ length: random(4) }, () => dataFor(items as ShapeSchema, depth + 1))
  return type === 'integer' ? random(700) : pick(scalars)
}

describe('front matter deviates from its schema where Ajv says so', () => {
  for (const [name, schema] of Object.entries({ endpointSchema, integrationSchema })) {
    test(name, () => {
      const ajv = new Ajv2020({ allErrors: true, strict: false, logger: false })
      const validate = ajv.compile(schema)
      let refused = 0
      for (let round = 0; round < 3_000; round++) {
        const data = dataFor(schema as ShapeSchema, 0)
        validate(data)
        const expected = (validate.errors ?? [])
          .filter(({ keyword }) => keyword !== 'if' && keyword !== 'propertyNames')
          .map(({ keyword, instancePath, propertyName, params }) => {
            const { additionalProperty, missingProperty, limit } = params
            return [keyword, instancePath, propertyName, additionalProperty, missingProperty, limit].join(' ')
          })
        const found = deviations(schema as ShapeSchema, data).map(
          ({ keyword, path, propertyName, params }) => {
            const pointer = path
              .map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`)
              .join('')
            const { additionalProperty, missingProperty, limit } = params
            return [keyword, pointer, propertyName, additionalProperty, missingProperty, limit].join(' ')
          },
        )
        assert.deepEqual([...new Set(found)].sort(), [...new Set(expected)].sort(), JSON.stringify(data))
        if (expected.length > 0) refused++
      }
      assert.ok(refused > 500, `${refused} were refused`)
    })
  }
})

describe('types of plain schemas are the library’s to the letter', () => {
  const text = (): object =>
    random(3) === 0 ? { description: pick(['A text.', 'Ends */ early.', 'Two\nlines.', 'See @x.']) } : {}
  const schemaAt = (depth: number): ShapeSchema => {
    const kinds: (() => ShapeSchema)[] = [
      () => ({ type: pick(['string', 'integer', 'number', 'boolean']) }),
      () => ({ type: 'string', format: 'uuid', minLength: 1 }),
      () => ({ type: 'string', enum: pick([['a'], ['a', 'b'], ['a', 'a"b']]) }),
      () => ({ type: 'integer', enum: [1, 2] }),
      () => ({ type: [pick(['string', 'object', 'array', 'integer']), 'null'] }),
      () => ({ type: 'array', ...(random(2) === 0 && { minItems: 1, maxItems: 5 }) }),
      () => ({ type: 'array', items: schemaAt(depth + 1), ...(random(2) === 0 && { maxItems: 9 }) }),
      () => ({ anyOf: [schemaAt(depth + 1), schemaAt(depth + 1)] }),
      () => objectAt(depth + 1),
    ]
    const kind = depth > 3 ? kinds[0]! : pick(kinds)
    return { ...kind(), ...text(), ...(random(9) === 0 && { deprecated: true }) }
  }
  const objectAt = (depth: number): ShapeSchema => {
    const names = ['a', 'b-c', '$d', '1e', 'f g'].filter(() => random(2) === 0)
    return {
      type: 'object',
      properties: Object.fromEntries(names.map((name) => [name, schemaAt(depth)])),
      required: names.filter(() => random(2) === 0),
      ...(random(2) === 0 && { additionalProperties: random(2) === 0 }),
    }
  }
  test('of five hundred random ones', async () => {
    let plain = 0
    for (let round = 0; round < 500; round++) {
      const schema = objectAt(0)
      const own = plainInterface('Thing', schema, 'A thing.')
      if (own === undefined) continue
      plain++
      const options = {
        additionalProperties: true,
        bannerComment: '',
        declareExternallyReferenced: false,
        format: false,
        ignoreMinAndMaxItems: true,
        unknownAny: true,
      }
      const whole = structuredClone({ ...schema, title: 'Thing', description: 'A thing.' })
      assert.equal(own, (await compile(whole, 'Thing', options)).trim(), JSON.stringify(schema))
    }
    assert.ok(plain > 400, `${plain} were plain`)
  })
})
