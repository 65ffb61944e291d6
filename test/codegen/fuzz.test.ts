/**
 * Random skill files. The compiler may report problems, and never throws; what it accepts can be emitted, and the
 * emitted validators load. The seed is fixed, so a failure repeats; SEED chooses another.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkSkills, emit } from '../../codegen/compile.ts'
import { isError, sortProblems } from '../../codegen/problem.ts'
import { casesDir, demoEndpoint, demoSkill, printed, readingOf } from '../support/compiler.ts'

const seed = Number(process.env['SEED'] ?? 20_260_101)
const rounds = 600

/** Mulberry32. */
function randomFrom(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const random = randomFrom(seed)
const below = (limit: number): number => Math.floor(random() * limit)
const pick = <T>(list: readonly T[]): T => list[below(list.length)]!

const tokens = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ':',
    ': ',
    ',',
    '- ',
    '#',
    '"',
    "'",
    '|',
    '>',
    '&a ',
    '*a',
    '!!str ',
    '---',
    '\n',
    '  ',
    '?',
    '→',
    '->',
  ],
  ...[
    'null',
    'true',
    '1',
    '-1',
    '1e9',
    '{}',
    '[]',
    '{a: {b: {}}}',
    '[[], {}]',
    '""',
    '"\\u0000"',
    '\u0000',
    '\ud800',
    '💥',
    '\t',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'length',
    '$ref',
    'type',
    'required',
    'properties',
    'items',
  ],
  ...[
    '{owner}',
    '{a*}',
    'body',
    'body.a',
    'raw',
    '?q',
    'header:X',
    'form.a',
    'part.a',
    'var.a',
    'mime.to',
    '| json',
    '$x',
  ],
  ...[
    'method: GET',
    'params: 1',
    'params: [1]',
    'param_mapping: []',
    'path: /{',
    'request: {mime: {to: 1}}',
    'auth: []',
  ],
]

const endpoints = [demoEndpoint]
const good = [demoEndpoint]
const skills = [demoSkill]
for (const entry of readdirSync(casesDir)) {
  if (!entry.endsWith('.md') || entry.includes('too-large')) continue
  const text = readFileSync(join(casesDir, entry), 'utf8')
  ;(entry.endsWith('.skill.md') ? skills : endpoints).push(text)
  if (entry.startsWith('good-') && !entry.endsWith('.skill.md')) good.push(text)
}

function mutate(text: string): string {
  let mutated = text
  for (let count = 1 + below(3); count > 0; count--) mutated = pick(mutations)(mutated)
  return mutated
}

const mutations: ((text: string) => string)[] = [
  (text) => splice(text, below(text.length + 1), 0, pick(tokens)),
  (text) => splice(text, below(text.length + 1), 1 + below(8), ''),
  (text) => splice(text, below(text.length + 1), 1 + below(8), pick(tokens)),
  (text) => shuffleLine(text, (lines, at) => lines.splice(at, 1)),
  (text) => shuffleLine(text, (lines, at) => lines.splice(at, 0, pick(lines))),
  (text) => shuffleLine(text, (lines, at) => (lines[at] = `  ${lines[at]}`)),
  (text) => text.replace(/: [^\n,{}]*/, () => `: ${pick(tokens)}`),
  (text) =>
    text.replaceAll(/\b(string|integer|object|array)\b/g, (type) => (random() < 0.3 ? pick(tokens) : type)),
  (text) => crossOver(text, pick(endpoints)),
]

function splice(text: string, at: number, remove: number, insert: string): string {
  return text.slice(0, at) + insert + text.slice(at + remove)
}

function shuffleLine(text: string, change: (lines: string[], at: number) => void): string {
  const lines = text.split('\n')
  change(lines, below(lines.length))
  return lines.join('\n')
}

function crossOver(text: string, other: string): string {
  const cut = (whole: string): [string, string] => {
    const at = below(whole.length)
    return [whole.slice(0, at), whole.slice(at)]
  }
  return cut(text)[0] + cut(other)[1]
}

test(`${rounds} random skills are reported on, never thrown over (seed ${seed})`, async () => {
  let accepted = 0
  for (let round = 0; round < rounds; round++) {
    const endpoint = mutate(pick(random() < 0.6 ? good : endpoints))
    const skill = random() < 0.3 ? mutate(pick(skills)) : demoSkill
    const reading = readingOf(endpoint, skill)
    try {
      const { linked, problems } = checkSkills(reading)
      assert.deepEqual(problems, sortProblems(problems))
      for (const { file, line, column, text, hint } of problems) {
        assert.ok(file !== '' && line >= 1 && column >= 1, text)
        assert.doesNotMatch(`${text} ${hint}`, /undefined|\[object/)
      }
      printed(reading, problems)
      if (problems.some(isError)) continue
      accepted++
      const output = await emit(linked, { dataOnly: false })
      for (const [path, code] of output) {
        if (path.endsWith('.cjs')) new Function('module', 'exports', 'require', code)
      }
    } catch (error) {
      throw new Error(`round ${round}\n--- endpoint\n${endpoint}\n--- skill\n${skill}`, { cause: error })
    }
  }
  assert.ok(accepted > rounds / 100, `only ${accepted} of ${rounds} were accepted`)
})
