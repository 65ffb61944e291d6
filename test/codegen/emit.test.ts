/** What is emitted: the same bytes for the same skills, legal agent skills, tools and an API description. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import matter from 'gray-matter'
import { parseFrontMatter } from '../../codegen/front-matter.ts'
import type { Endpoint } from '../../codegen/manifest.ts'
import { readSkills, type Reading } from '../../codegen/read.ts'
import { demoSkill, emitted, endpointText, folderOf, readingOf } from '../support/compiler.ts'

const skillsDir = fileURLToPath(new URL('../../skills', import.meta.url))
const caseDir = fileURLToPath(new URL('../cases/documented-hard-cases', import.meta.url))
const real = (): Reading => readSkills([{ path: skillsDir, shown: 'skills' }])

/** One run for all tests that only look at it. */
const realOutput = emitted(real())

test('two runs over the same skills give the same bytes', async () => {
  assert.deepEqual([...(await emitted(real()))], [...(await realOutput)])
})

test('the order in which a disk lists folders and files does not show in the output', async () => {
  for (const [straight, expected] of [
    [readSkills([{ path: caseDir, shown: 'skills' }]), undefined],
    [real(), realOutput],
  ] as const) {
    const shuffled: Reading = {
      problems: [],
      folders: straight.folders
        .map((folder) => ({ ...folder, sources: [...folder.sources].reverse() }))
        .reverse(),
    }
    assert.deepEqual([...(await emitted(shuffled))], [...(await (expected ?? emitted(straight)))])
  }
})

test('where a skill lies and how its lines end does not show in the output', async () => {
  const near = await emitted(readSkills([{ path: caseDir, shown: 'skills' }]))
  const far = await emitted(readSkills([{ path: caseDir, shown: '/somewhere/else' }]))
  assert.deepEqual([...far], [...near])
  const windows = await emitted(
    readingOf(endpointText('name: make_thing\r\ndescription: X.\r\nmethod: GET\r\npath: /x')),
  )
  const plain = await emitted(
    readingOf(endpointText('name: make_thing\ndescription: X.\nmethod: GET\npath: /x')),
  )
  assert.deepEqual([...windows], [...plain])
})

test('every file ends in one newline, has no carriage return, and carries the banner where it can', async () => {
  for (const [path, text] of await realOutput) {
    assert.match(text, /[^\n]\n$/, path)
    assert.doesNotMatch(text, /\r/, path)
    const authored = /skillett-[a-z-]+\/references\//.test(path)
    if (!path.endsWith('.json') && !authored) assert.match(text, /Generated from .* Do not edit\./, path)
  }
})

test('the exported skill is a legal agent skill', async () => {
  const legal = ['name', 'description', 'license', 'compatibility', 'metadata', 'allowed-tools']
  const output = await realOutput
  const files = [...output].filter(([path]) => path.endsWith('/SKILL.md'))
  assert.equal(files.length, readdirSync(skillsDir).length)
  for (const [path, text] of files) {
    const { data } = matter(text, {})
    const folder = path.split('/').at(-2)!
    assert.deepEqual(
      Object.keys(data).filter((key) => !legal.includes(key)),
      [],
    )
    assert.equal(data['name'], folder)
    assert.match(folder, /^[a-z0-9]+(-[a-z0-9]+)*$/)
    assert.ok(folder.length <= 64)
    assert.ok(data['description'].length > 0 && data['description'].length <= 1024)
    assert.ok(data['compatibility'].length <= 500)
    for (const [key, value] of Object.entries(data['metadata'])) assert.equal(typeof value, 'string', key)
    assert.ok(text.split('\n').length < 500)
    for (const [, target] of text.matchAll(/\]\((references\/[^)]+)\)/g)) {
      assert.ok(output.has(join(path, '..', target!)), `${path} links to ${target}`)
    }
  }
})

test('an integration of 700 endpoints still exports a SKILL.md of fewer than 500 lines', async () => {
  const files: Record<string, string> = { 'SKILL.md': demoSkill }
  for (let count = 0; count < 700; count++) {
    files[`endpoints/group${count % 7}/get_${count}.md`] =
      `---\nskillett: 1\nname: get_${count}\ndescription: Get it.\nmethod: GET\npath: /x\n---\n`
  }
  const output = await emitted({ folders: [folderOf(files)], problems: [] }, true)
  const text = output.get('demo/skillett-demo/SKILL.md')!
  assert.ok(text.split('\n').length < 500)
  assert.match(text, /\[group3\]\(references\/group3\.md\): 100 endpoints/)
})

test('tool definitions have legal names, closed schemas and all four hints', async () => {
  const { tools } = JSON.parse((await realOutput).get('mcp.json')!)
  assert.ok(tools.length > 0)
  const names = tools.map(({ name }: { name: string }) => name)
  assert.equal(new Set(names).size, names.length)
  for (const { name, inputSchema, annotations } of tools) {
    assert.match(name, /^[A-Za-z0-9_-]{1,64}$/)
    assert.equal(inputSchema.type, 'object')
    assert.equal(inputSchema.additionalProperties, false)
    assert.deepEqual(Object.keys(annotations).sort(), [
      'destructiveHint',
      'idempotentHint',
      'openWorldHint',
      'readOnlyHint',
      'title',
    ])
  }
})

test('the API description has one path an endpoint and resolves its references', async () => {
  const output = await realOutput
  const openapi = JSON.parse(output.get('openapi.json')!)
  const endpoints = [...output.keys()].filter((path) => path.includes('/endpoints/'))
  assert.equal(openapi.openapi, '3.1.0')
  assert.equal(Object.keys(openapi.paths).length, endpoints.length)
  const ids = Object.values<{ post: { operationId: string } }>(openapi.paths).map(
    ({ post }) => post.operationId,
  )
  assert.equal(new Set(ids).size, ids.length)
  for (const [, pointer] of JSON.stringify(openapi).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const found = pointer!.split('/').reduce((node, step) => node?.[step], openapi)
    assert.ok(found, pointer)
  }
})

test('one endpoint is emitted whole: schema, plan, examples and notes', async () => {
  const output = await realOutput
  const endpoint: Endpoint = JSON.parse(output.get('github/endpoints/create_issue.json')!)
  assert.deepEqual(endpoint.request.mapping[0], {
    param: 'repo',
    split: { names: ['owner', 'repo'], separators: ['/'] },
    to: [
      { in: 'path', at: 'owner', capture: 'owner' },
      { in: 'path', at: 'repo', capture: 'repo' },
    ],
  })
  assert.equal(endpoint.input['additionalProperties'], false)
  assert.deepEqual(endpoint.input['required'], ['repo', 'title'])
  assert.ok(endpoint.examples.length > 0)
})

test('the schemas for editors accept the front matter of this checkout and refuse what is misspelt', async () => {
  const output = await realOutput
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  const endpoint = ajv.compile(JSON.parse(output.get('endpoint.schema.json')!))
  const integration = ajv.compile(JSON.parse(output.get('integration.schema.json')!))
  const fronts = real().folders.flatMap(({ sources }) =>
    sources.map((source) => ({ path: source.path, data: parseFrontMatter(source).front?.data })),
  )
  for (const { path, data } of fronts) {
    if (path.startsWith('references/')) continue
    const validate = path === 'SKILL.md' ? integration : endpoint
    assert.equal(validate(data), true, `${path}: ${ajv.errorsText(validate.errors)}`)
    assert.equal(validate({ ...data, nmae: 'x' }), false, path)
  }
})
