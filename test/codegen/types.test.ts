/** The emitted types, held against the TypeScript compiler itself under `strict`. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readSkills } from '../../codegen/read.ts'
import { emitted, endpointText, readingOf, scratchFolder } from '../support/compiler.ts'

const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))
const skillsDir = fileURLToPath(new URL('../../skills', import.meta.url))

const uses = `
import type { DemoMakeThingInput, DemoMakeThingOutput } from './demo.ts'
import type { GithubCreateIssueInput } from './github.ts'

const full: DemoMakeThingInput = { id: 'a', state: 'open', tags: ['x'], nested: { title: 't', free: 1 } }
const least: DemoMakeThingInput = { id: 'a' }
const issue: GithubCreateIssueInput = { repo: 'acme/app', title: 'Bug', labels: ['a', 'b', 'c'] }
const answer: DemoMakeThingOutput = { number: 1, unnamed: true }
// @ts-expect-error id is required
const without: DemoMakeThingInput = {}
// @ts-expect-error the values of state are known
const state: DemoMakeThingInput = { id: 'a', state: 'opened' }
// @ts-expect-error parameters are closed
const extra: DemoMakeThingInput = { id: 'a', extra: 1 }
// @ts-expect-error a list of text
const list: DemoMakeThingInput = { id: 'a', tags: [1] }
// @ts-expect-error number is a number
const wrong: DemoMakeThingOutput = { number: '1' }
export { answer, extra, full, issue, least, list, state, without, wrong }
`

test('emitted types compile under strict and accept and refuse what the schemas do', async () => {
  const endpoint = endpointText(`
name: make_thing
description: "Ends a comment: */ const x = 1"
method: GET
path: /things
params:
  id: {type: string, required: true, description: "closes */ it"}
  state: {type: string, enum: [open, closed], title: "*/"}
  tags: {type: array, items: {type: string}, maxItems: 3}
  nested: {type: object, properties: {title: {type: string, required: true}, default: {type: integer}}}
  nullable: {type: [string, 'null']}
response: {schema: {type: object, required: [number], properties: {number: {type: integer}}}}
`).replace('make_thing}]', 'make_thing --id 1}]')
  const demo = await emitted(readingOf(endpoint), true)
  const github = await emitted(readSkills([{ path: skillsDir, shown: 'skills' }]), true)
  const dir = join(scratchFolder(), 'types')
  mkdirSync(dir)
  writeFileSync(join(dir, 'demo.ts'), demo.get('demo/types.ts')!)
  writeFileSync(join(dir, 'github.ts'), github.get('github/types.ts')!)
  writeFileSync(join(dir, 'uses.ts'), uses)
  const compilerOptions = {
    target: 'es2022',
    module: 'nodenext',
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    exactOptionalPropertyTypes: true,
    types: [],
  }
  writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', dir], { encoding: 'utf8' })
  assert.equal(status, 0, stdout)
})
