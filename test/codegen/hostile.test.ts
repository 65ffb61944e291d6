/** Skill files written by somebody who means harm: each is refused, quickly, and nothing happens meanwhile. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import matter from 'gray-matter'
import { parseFrontMatter } from '../../codegen/front-matter.ts'
import { parseYaml } from '../../codegen/yaml.ts'
import { check, codesOf, demoEndpoint, demoSkill, endpointText, scratchFolder } from '../support/compiler.ts'

const scratch = scratchFolder()

/**
 * How long work takes, in units of reading an ordinary front matter of 64 KiB at the same time on the same machine:
 * a slow or busy one slows down both. The best of three, because a pause falls on one of them only.
 */
function cost(work: () => void): number {
  return best(work) / best(() => parseYaml(ordinary))
}

const ordinary = Array.from({ length: 4_000 }, (_, index) => `key_${index}: value`).join('\n')

function best(work: () => void): number {
  const times = Array.from({ length: 3 }, () => {
    const { user, system } = process.cpuUsage()
    work()
    const after = process.cpuUsage()
    return after.user - user + after.system - system
  })
  return Math.max(1, Math.min(...times))
}

function withParams(params: string): string {
  return endpointText(`name: make_thing\ndescription: X.\nmethod: GET\npath: /things\nparams:\n${params}`)
}

describe('code in front matter is refused and never run', () => {
  const languages = [
    'js',
    'JS',
    ' js',
    'javascript',
    'JavaScript',
    'coffee',
    'coffeescript',
    'cson',
    'json',
    'toml',
    'ts',
  ]
  for (const [index, language] of languages.entries()) {
    test(JSON.stringify(language), () => {
      const trace = join(scratch, `ran-${index}`)
      const code = `require('fs').writeFileSync(${JSON.stringify(trace)}, '')`
      const text = `---${language}\nmodule.exports = {a: ${code}}\n---\n`
      assert.deepEqual(codesOf(check(text)), ['SKILL_FRONT_MATTER_LANGUAGE'])
      assert.equal(existsSync(trace), false)
    })
  }

  test('the library that reads front matter would have run it', () => {
    const trace = join(scratch, 'ran-by-library')
    matter(`---js\n{a: require('fs').writeFileSync(${JSON.stringify(trace)}, '')}\n---\n`, {
      language: 'yaml',
    })
    assert.equal(existsSync(trace), true)
  })
})

describe('YAML that grows, nests or refers to itself is refused in a blink', () => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]']
  for (let level = 1; level < 9; level++) {
    const name = (at: number): string => String.fromCharCode(97 + at)
    bomb.push(
      `${name(level)}: &${name(level)} [${Array(9)
        .fill(`*${name(level - 1)}`)
        .join(', ')}]`,
    )
  }
  const cases: Record<string, [yaml: string, code: string]> = {
    'a bomb of aliases': [bomb.join('\n'), 'SKILL_YAML_FEATURE'],
    'an alias inside itself': ['a: &a [*a]', 'SKILL_YAML_FEATURE'],
    '20,000 open brackets': [`a: ${'['.repeat(20_000)}`, 'SKILL_YAML_DEPTH'],
    '20,000 open braces': [`a: ${'{a: '.repeat(10_000)}`, 'SKILL_YAML_DEPTH'],
    '20,000 dashes': [`a:\n  ${'- '.repeat(20_000)}`, 'SKILL_YAML_DEPTH'],
    '20,000 question marks': ['? '.repeat(20_000), 'SKILL_YAML_DEPTH'],
    'a staircase of keys': [
      Array.from({ length: 200 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
      'SKILL_YAML_DEPTH',
    ],
    'a tag that makes a binary': ['a: !!binary aGk=', 'SKILL_YAML_FEATURE'],
    'an unknown tag': ['a: !exec ls', 'SKILL_YAML_SYNTAX'],
    'a merge key': ['a: {<<: {b: 1}}', 'SKILL_YAML_FEATURE'],
    'a duplicate key': ['a: 1\na: 2', 'SKILL_DUPLICATE_KEY'],
  }
  for (const [title, [yaml, code]] of Object.entries(cases)) {
    test(title, () => {
      let codes: string[] = []
      const took = cost(() => {
        codes = parseYaml(yaml).mistakes.map((mistake) => mistake.code)
      })
      assert.ok(codes.includes(code), codes.join())
      assert.ok(took < 2, `${took} times an ordinary file`)
    })
  }

  test('8,000 empty keys are read in linear time', () => {
    const yaml = Array.from({ length: 8_000 }, (_, index) => `k${index}:`).join('\n')
    assert.ok(cost(() => parseYaml(yaml)) < 8)
  })

  test('front matter over 64 KiB is refused unread', () => {
    const text = `---\na: ${'x'.repeat(65 * 1024)}\n---\n`
    assert.deepEqual(codesOf(check(text)), ['SKILL_FRONT_MATTER_TOO_LARGE'])
  })
})

describe('a value that a reader would take for another is refused on its line', () => {
  for (const value of [
    '01234',
    '1.20',
    '1e5',
    '0x1F',
    '0o17',
    '12345678901234567890',
    '.inf',
    '-.INF',
    '.nan',
    '+1',
    '1.0',
  ]) {
    test(value, () => {
      const [problem] = parseFrontMatter({
        path: 'a.md',
        file: 'a.md',
        text: `---\na: 1\nb: ${value}\n---\n`,
      }).problems
      assert.deepEqual([problem?.code, problem?.line, problem?.column], ['SKILL_NUMBER_CHANGED', 3, 4])
    })
  }
  for (const [value, meaning] of [
    ['no', 'no'],
    ['off', 'off'],
    ['y', 'y'],
    ['2026-01-01', '2026-01-01'],
    ['12:30:45', '12:30:45'],
    ['1_000', '1_000'],
  ]) {
    test(`${value} stays text`, () => assert.deepEqual(parseYaml(`a: ${value}`).data, { a: meaning }))
  }
})

describe('a pattern that could hang is refused, or runs in linear time', () => {
  for (const pattern of ['(a+)+\\1', '(?=a)a', '(?<!a)b', '(?>a+)']) {
    test(pattern, () => {
      assert.deepEqual(codesOf(check(withParams(`  a: {type: string, pattern: '${pattern}'}`))), [
        'SKILL_PATTERN',
      ])
    })
  }
  test('(a+)+$ against a hundred thousand letters', () => {
    const params = `  a: {type: string, pattern: '^(a+)+$', examples: ['${'a'.repeat(50_000)}!']}`
    const took = cost(() => {
      assert.deepEqual(codesOf(check(withParams(params))), ['SKILL_PARAMETER_DEFAULT'])
    })
    assert.ok(took < 20, `${took} times an ordinary file`)
  })
})

describe('names that reach into prototypes are refused', () => {
  const cases: Record<string, string> = {
    'a key': withParams('  __proto__: {type: object}'),
    'a nested key': withParams('  a: {type: object, properties: {constructor: {type: string}}}'),
    'a key of the answer': endpointText(
      'name: make_thing\ndescription: X.\nmethod: GET\npath: /x\nresponse: {schema: {prototype: 1}}',
    ),
  }
  for (const [title, text] of Object.entries(cases)) {
    test(title, () => assert.ok(codesOf(check(text)).includes('SKILL_FORBIDDEN_KEY')))
  }
  for (const place of ['body.__proto__.x', 'body.a.__proto__.b', 'var.constructor', 'body.prototype']) {
    test(place, () => {
      const text = withParams(`  a: {type: string}\nparam_mapping: {a: ${place}}`).replace('GET', 'POST')
      assert.ok(codesOf(check(text)).includes('SKILL_MAPPING_SYNTAX'))
    })
  }
  test('nothing has leaked into plain objects', () => {
    assert.equal(({} as Record<string, unknown>)['x'], undefined)
  })
})

test('a schema that refers elsewhere is refused, and no connection is made', async () => {
  let connections = 0
  const server = createServer((socket) => {
    connections++
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  for (const ref of [`http://127.0.0.1:${port}/schema.json`, '#', '#/properties/a', 'file:///etc/passwd']) {
    assert.deepEqual(codesOf(check(withParams(`  a: {$ref: '${ref}'}`))), ['SKILL_REMOTE_REFERENCE'])
  }
  await new Promise((resolve) => server.close(resolve))
  assert.equal(connections, 0)
})

describe('bytes that two readers take for different names are refused', () => {
  for (const name of ['gıthub', 'git\u200bhub', 'GitHub', 'github ', 'ｇithub', 'cafe\u0301']) {
    test(JSON.stringify(name), () => {
      const skill = demoSkill.replace('name: demo', `name: ${JSON.stringify(name)}`)
      const codes = codesOf(check(demoEndpoint, skill))
      assert.ok(codes.includes('SKILL_WRONG_FORM') || codes.includes('SKILL_HIDDEN_CHARACTER'), codes.join())
    })
  }
  for (const [title, character] of [
    ['a right-to-left override', '\u202e'],
    ['a tag character', '\u{e0041}'],
    ['a lone surrogate', '\ud800'],
    ['a zero-width space', '\u200b'],
    ['an escape', '\u001b'],
  ] as const) {
    test(title, () => {
      assert.ok(codesOf(check(`${demoEndpoint}Some ${character}text.\n`)).includes('SKILL_HIDDEN_CHARACTER'))
    })
  }
  test('ordinary text in any script is not refused', () => {
    assert.deepEqual(codesOf(check(`${demoEndpoint}Größe, 漢字, עברית, 👩‍👩‍👧, é.\n`)), [])
  })
})
