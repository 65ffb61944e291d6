/** Descriptions from strangers: whatever they hold, an import ends, stays in its folder, asks no network and compiles. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { checkSkills } from '../../codegen/compile.ts'
import { parseFrontMatter } from '../../codegen/front-matter.ts'
import { isError } from '../../codegen/problem.ts'
import { readSkills } from '../../codegen/read.ts'
import {
  importFile,
  newFolder,
  openapi,
  runSkillett,
  writeDescription,
  type ImportedSkill,
} from '../support/import.ts'

const nasty = [
  '---\nname: evil\n---\n# Heading',
  '\n---\n',
  '```js\nevil()\n```',
  '</div><script>alert(1)</script>',
  '<!-- hidden: obey -->',
  '[click](javascript:alert(1))',
  'a\u0000b\u001b[31mc\u202ed\u200be\ud800f',
  "': }\n  evil: true",
  '!!js/function "x" &a *a # %TAG',
  '{{evil}} ${evil} {evil}',
  '| block\n  text',
  '- list\n- of\n- things',
  '> quote\n> [!NOTE] note',
  '"quoted" \'single\' \\backslash',
  'x'.repeat(256 * 1024),
  '\r\nX-Injected: 1\r\n\r\n',
  '',
  ' ',
]

/** The import ended well, and everything it wrote is what it seems. */
function assertSound(imported: ImportedSkill): void {
  assert.equal(imported.report.errors, 0)
  const { problems } = checkSkills(readSkills([{ path: imported.dir, shown: 'skills' }]))
  assert.deepEqual(problems.filter(isError), [])
  for (const source of imported.sources) {
    assert.ok(Buffer.byteLength(source.text) < 70_000, source.path)
    assert.match(source.path, /^(SKILL|endpoints\/[a-z0-9-]+\/[a-z0-9_]+)\.md$/)
    // Printable, or a letter of some script.
    assert.doesNotMatch(
      source.text,
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/,
      source.path,
    )
    assert.equal(source.text.match(/^---$/gm)?.length, 2, source.path)
    const { front } = parseFrontMatter(source)
    assert.deepEqual(
      Object.keys(front!.data).filter((key) => key === 'evil'),
      [],
    )
    const lines = front!.body.split('\n').filter((line) => /^(#|```|-|<|\s|\||~~~|=)/.test(line))
    assert.equal(lines.length, source.path === 'SKILL.md' ? 1 : 0, lines.join('\n'))
  }
}

describe('text that wants to be more than text is only text', () => {
  for (const [index, text] of nasty.entries()) {
    test(`case ${index}: ${JSON.stringify(text.slice(0, 20))}`, async () => {
      const schema = {
        type: 'string',
        title: text,
        description: text,
        default: text,
        example: text,
        enum: [text, 'a'],
        pattern: text,
        format: text,
      }
      const item = {
        summary: text,
        description: text,
        operationId: text,
        tags: [text],
        externalDocs: { url: text },
        security: [{ [text]: [text] }],
        parameters: [
          { name: 'a', in: 'query', description: text, schema },
          { name: text, in: 'query', description: text, schema },
          { name: text, in: 'header', schema },
        ],
        requestBody: {
          content: {
            'application/json': {
              schema: {
                type: 'object',
                properties: { [text]: schema, b: { type: 'object', properties: { [text]: schema } } },
              },
            },
          },
        },
        responses: {
          '200': {
            content: { 'application/json': { schema: { type: 'object', properties: { [text]: schema } } } },
          },
        },
      }
      const data = openapi(
        { '/a': { post: item } },
        {
          components: {
            securitySchemes: {
              [text]: { type: 'apiKey', in: 'header', name: text },
              b: {
                type: 'oauth2',
                flows: {
                  authorizationCode: { authorizationUrl: text, tokenUrl: text, scopes: { [text]: text } },
                },
              },
            },
          },
        },
      )
      Object.assign(data, { info: { title: text, version: text } })
      const imported = await importFile(writeDescription(data))
      assert.equal(imported.code, 0)
      assertSound(imported)
    })
  }
})

test('keys that JavaScript knows are no keys of ours', async () => {
  const properties =
    '{"__proto__": {"type": "string"}, "constructor": {"type": "string"}, "prototype": {"type": "string"}, "toString": {"type": "string"}, "<<": {"type": "string"}}'
  const text = `{"openapi":"3.0.0","info":{"title":"Shop"},"servers":[{"url":"https://api.shop.example"}],"paths":{"/a":{"post":{"operationId":"constructor","tags":["__proto__"],"requestBody":{"content":{"application/json":{"schema":{"type":"object","required":[],"properties":${properties}}}}},"parameters":[{"name":"__proto__","in":"query"},{"name":"hasOwnProperty","in":"query"}]}},"__proto__":{"get":{}}}}`
  const imported = await importFile(writeDescription(text))
  assertSound(imported)
  assert.equal(imported.report.operations, 1)
  assert.equal(({} as { type?: string }).type, undefined)
  assert.match(imported.text('endpoints/proto/constructor.md'), /toString/)
})

describe('what is too much is cut', () => {
  const bodyOf = (schema: object): object => ({
    '/a': { post: { requestBody: { content: { 'application/json': { schema } } } } },
  })
  test('10,000 properties become one parameter', async () => {
    const properties = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, index) => [
        `p${index}`,
        { type: 'string', description: 'x'.repeat(200) },
      ]),
    )
    const imported = await importFile(writeDescription(openapi(bodyOf({ type: 'object', properties }))))
    assertSound(imported)
    assert.match(imported.text('endpoints/a/post_a.md'), /body: body/)
  })
  test('2 MB of text are a sentence', async () => {
    const text = 'word '.repeat(400_000)
    const item = {
      get: { summary: text, description: text, parameters: [{ name: 'a', in: 'query', description: text }] },
    }
    assertSound(await importFile(writeDescription(openapi({ '/a': item }))))
  })
  test('10,000 parameters are refused', async () => {
    const parameters = Array.from({ length: 10_000 }, (_, index) => ({ name: `p${index}`, in: 'query' }))
    const { report } = await importFile(
      writeDescription(openapi({ '/a': { get: { parameters } }, '/b': { get: {} } })),
    )
    assert.deepEqual(
      report.refused.map(({ operation }) => operation),
      ['GET /a'],
    )
  })
  test('schemas that hold each other ten at a time end', async () => {
    const properties = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [`p${index}`, { $ref: `#/components/schemas/S${index}` }]),
    )
    const schemas = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [`S${index}`, { type: 'object', properties }]),
    )
    const started = performance.now()
    const imported = await importFile(
      writeDescription(openapi(bodyOf({ type: 'object', properties }), { components: { schemas } })),
    )
    assertSound(imported)
    assert.ok(performance.now() - started < 5000)
  })
  test('allOf, anyOf and oneOf that hold themselves end', async () => {
    const many = (key: string, count: number): object => ({
      [key]: Array.from({ length: count }, () => ({ $ref: `#/components/schemas/${key}` })),
    })
    const schemas = { allOf: many('allOf', 50), anyOf: many('anyOf', 50), oneOf: many('oneOf', 3) }
    const started = performance.now()
    for (const key of Object.keys(schemas)) {
      const imported = await importFile(
        writeDescription(
          openapi(bodyOf({ type: 'object', properties: { a: { $ref: `#/components/schemas/${key}` } } }), {
            components: { schemas },
          }),
        ),
      )
      assertSound(imported)
      await importFile(
        writeDescription(
          openapi(bodyOf({ $ref: `#/components/schemas/${key}` }), { components: { schemas } }),
        ),
      )
    }
    assert.ok(performance.now() - started < 20_000)
  })
  test('a schema nested 10,000 levels deep is written to a few', async () => {
    const open = '{"type":"object","properties":{"a":'.repeat(10_000)
    const schema = `${open}{}${'}}'.repeat(10_000)}`
    const text = JSON.stringify(openapi(bodyOf({ hole: 1 }))).replace('{"hole":1}', schema)
    assertSound(await importFile(writeDescription(text)))
  })
})

test('a reference that leads to itself, nowhere or out of the file refuses its operation alone, and no socket opens', async () => {
  let requests = 0
  const server = createServer((_, response) => response.end(String(++requests))).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const body = (ref: string): object => ({
    post: { requestBody: { content: { 'application/json': { schema: { $ref: ref } } } } },
  })
  const paths = {
    '/remote': body(`http://127.0.0.1:${port}/x.json`),
    '/file': body('../../etc/passwd'),
    '/loop': body('#/components/schemas/A'),
    '/nowhere': body('#/components/schemas/None'),
    '/fine': body('#/components/schemas/Fine%20one'),
  }
  const schemas = {
    A: { $ref: '#/components/schemas/B' },
    B: { $ref: '#/components/schemas/A' },
    'Fine one': { type: 'string' },
  }
  const imported = await importFile(writeDescription(openapi(paths, { components: { schemas } })))
  server.close()
  await once(server, 'close')
  assertSound(imported)
  assert.deepEqual(
    imported.report.refused.map(({ operation, reason }) => [
      operation,
      /outside the file|itself|nowhere/.exec(reason)?.[0],
    ]),
    [
      ['POST /remote', 'outside the file'],
      ['POST /file', 'outside the file'],
      ['POST /loop', 'itself'],
      ['POST /nowhere', 'nowhere'],
    ],
  )
  assert.equal(requests, 0)
})

test('servers that are no place to send a credential are refused or made safe', async () => {
  const serverOf = async (url: string): Promise<string> => {
    const file = writeDescription({ ...openapi({ '/a': { get: {} } }), servers: [{ url }] })
    const ran = await runSkillett('import', 'openapi', file, '--integration', 'shop', '--out', newFolder())
    return ran.code === 0 ? 'imported' : ran.err
  }
  for (const url of [
    'javascript:alert(1)',
    'file:///etc/passwd',
    'https://user:pass@host.example',
    'https://[::1]/',
    'https://a b/',
    '/relative',
    'https://{a}{b}.example/',
    'https://host.example/\n---\n',
  ])
    assert.match(await serverOf(url), /has no form here|not a whole URL/, url)
  const { text } = await importFile(
    writeDescription({ ...openapi({ '/a': { get: {} } }), servers: [{ url: 'http://host.example' }] }),
  )
  assert.match(text('SKILL.md'), /^# review: .*https is assumed\nbase_url: https:\/\/host\.example$/m)
})

test('bytes that are no description are refused with a sentence', async () => {
  const cases: [bytes: Buffer | string, reason: RegExp][] = [
    [gzipSync(Buffer.alloc(160 * 1024 * 1024)), /unpacked it has more than/],
    [Buffer.from([0x1f, 0x8b, 0, 0]), /header|Z_|incorrect|unexpected/i],
    ['', /neither/],
    ['"text"', /neither/],
    ['['.repeat(200_000), /cannot be read|too deep/],
    ['- '.repeat(50_000), /cannot be read|too deep|neither/],
    [
      `a: &a [x]\n${Array.from(
        { length: 12 },
        (_, index) =>
          `b${index}: &b${index} [${Array(10)
            .fill(index === 0 ? '*a' : `*b${index - 1}`)
            .join(', ')}]`,
      ).join('\n')}\n`,
      /cannot be read/,
    ],
    ['openapi: 3.0.0\nswagger: !!js/function "x"\n', /neither|server/],
    ['{"openapi": "4.0.0"}', /neither/],
    ['{"discoveryVersion": "v1"}', /use "import discovery"/],
  ]
  for (const [bytes, reason] of cases) {
    const file = join(newFolder(), 'description')
    writeFileSync(file, bytes)
    const out = newFolder()
    const { code, err } = await runSkillett('import', 'openapi', file, '--integration', 'shop', '--out', out)
    assert.equal(code, 1, String(reason))
    assert.match(err, reason)
    assert.deepEqual(readdirSync(out), [])
  }
})

test('nothing is written through a link', async () => {
  const outside = newFolder()
  const dir = newFolder()
  mkdirSync(join(dir, 'shop'))
  writeFileSync(join(dir, 'shop/SKILL.md'), 'x')
  symlinkSync(outside, join(dir, 'shop/endpoints'))
  const file = writeDescription(openapi({ '/a': { get: {} } }))
  const linked = await runSkillett(
    'import',
    'openapi',
    file,
    '--integration',
    'shop',
    '--out',
    dir,
    '--force',
  )
  assert.equal(linked.code, 1)
  assert.match(linked.err, /SKILL_LINK/)
  assert.deepEqual(readdirSync(outside), [])
  assert.equal(readFileSync(join(dir, 'shop/SKILL.md'), 'utf8'), 'x')
})
