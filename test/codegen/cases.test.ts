/** `skillett test`: examples that hold, and examples that lie. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runCases } from '../../codegen/cases.ts'
import { checkSkills } from '../../codegen/compile.ts'
import { main } from '../../codegen/main.ts'
import { readSkills } from '../../codegen/read.ts'
import { readingOf } from '../support/compiler.ts'

const skillsDir = fileURLToPath(new URL('../../skills', import.meta.url))
const casesDir = fileURLToPath(new URL('../cases', import.meta.url))

function reasonsOf(example: string): string[] {
  const { linked, problems } = checkSkills(
    readingOf(`---
skillett: 1
name: make_thing
description: Make a thing.
method: POST
path: /repos/{owner}/{repo}/things
annotations: {read_only: false, destructive: false, idempotent: false, open_world: true}
params:
  repo: {type: string, required: true}
  title: {type: string}
  count: {type: integer, minimum: 1}
  tags: {type: array, items: {type: string}}
  draft: {type: boolean}
  since: {type: string}
param_mapping:
  repo: owner/repo → {owner}, {repo}
  since: ?since
response:
  select: "{number: number}"
  schema: {type: object, required: [number], properties: {number: {type: integer}}}
examples:
  - ${example}
---
`),
  )
  assert.deepEqual(problems, [])
  return runCases(linked).failures.flatMap(({ reasons }) => reasons)
}

const run = 'run: skillett run demo make_thing --repo acme/app'
const url = 'https://api.example.com/repos/acme/app/things'

describe('an example holds', () => {
  const cases: Record<string, string> = {
    'when its request is the compiled one': `{${run} --title "A b" --count 2 --tags a --tags b --draft, request: {method: POST, url: "${url}", body: {tags: [a, b], draft: true, count: 2, title: A b}}}`,
    'whatever form its URL is encoded in': `{${run} --since "a b/c", request: {method: POST, url: "${url}?since=a%20b%2Fc"}}`,
    'when the projected answer satisfies the schema': `{${run}, response: {status: 201, body: {number: 1, more: x}}}`,
  }
  for (const [title, example] of Object.entries(cases)) {
    test(title, () => assert.deepEqual(reasonsOf(example), []))
  }
})

describe('an example fails', () => {
  const cases: Record<string, [example: string, reason: RegExp]> = {
    'over another method': [
      `{${run}, request: {method: PUT, url: "${url}"}}`,
      /^the method is "POST", the example says "PUT"$/,
    ],
    'over another path': [`{${run}, request: {method: POST, url: "${url}s"}}`, /^the URL is .*things"/],
    'over another query': [
      `{${run} --since x, request: {method: POST, url: "${url}?since=y"}}`,
      /^the URL is .*since=x/,
    ],
    'over a body key that is missing': [
      `{${run} --title a, request: {method: POST, url: "${url}"}}`,
      /^the body is \{"title":"a"\}/,
    ],
    'over a header that is not sent': [
      `{${run}, request: {method: POST, url: "${url}", headers: {X-Mode: fast}}}`,
      /^the header X-Mode is undefined/,
    ],
    'over a parameter that the schema refuses': [`{${run} --count 0}`, /^parameter \/count must be >= 1$/],
    'over a parameter of another type': [`{${run} --count many}`, /^--count many is not integer$/],
    'over a repository without an owner': [
      `{run: skillett run demo make_thing --repo app, request: {method: POST, url: "${url}"}}`,
      /^parameter repo must have the form owner\/repo/,
    ],
    'over an answer that the schema refuses': [
      `{${run}, response: {status: 201, body: {number: one}}}`,
      /^the response \/number must be integer$/,
    ],
  }
  for (const [title, [example, reason]] of Object.entries(cases)) {
    test(title, () => {
      const [first, ...more] = reasonsOf(example)
      assert.match(first ?? '', reason)
      assert.deepEqual(more, [])
    })
  }
})

test('every example of the skills of this checkout holds', () => {
  const { linked } = checkSkills(readSkills([{ path: skillsDir, shown: 'skills' }]))
  const { failures, passed } = runCases(linked)
  assert.deepEqual(failures, [])
  assert.ok(passed > 0)
})

test('the documented endpoint passes its own example', () => {
  const { linked } = checkSkills(readSkills([{ path: `${casesDir}/documented-endpoint`, shown: 'skills' }]))
  assert.deepEqual(runCases(linked), { passed: 1, commandsOnly: 0, failures: [] })
})

test('the command tests one integration by name, and says so when there is none', async () => {
  const call = async (...argv: string[]): Promise<[number, string]> => {
    let err = ''
    const code = await main(argv, {
      stdout: { write: () => undefined },
      stderr: { write: (text) => (err += text) },
    })
    return [code, err]
  }
  const [code, text] = await call('test', 'github', '--skills', skillsDir)
  assert.equal(code, 0)
  assert.match(text, /^\d+ examples passed, 0 failed/)
  const [refused, why] = await call('test', 'gitlab', '--skills', skillsDir)
  assert.equal(refused, 2)
  assert.equal(JSON.parse(why).error.message.split('. ')[0], 'There is no integration "gitlab"')
})
