/**
 * Goldens. test/cases/<name>.md is an endpoint file of a small integration, <name>.skill.md a SKILL.md with a small
 * endpoint, <name>/ a whole skills folder. Beside it stands what comes out: <name>.txt, the printed problems, or
 * <name>.json, what was linked.
 */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { checkSkills } from '../../codegen/compile.ts'
import { problemCodes } from '../../codegen/problem-codes.ts'
import { readSkills, type Reading } from '../../codegen/read.ts'
import {
  assertGolden,
  casesDir,
  demoEndpoint,
  demoSkill,
  printed,
  readingOf,
  scratchFolder,
} from '../support/compiler.ts'

const scratch = scratchFolder()

function readingOfCase(entry: string): Reading {
  const path = join(casesDir, entry)
  if (!entry.endsWith('.md')) return readSkills([{ path, shown: 'skills' }])
  const text = readFileSync(path, 'utf8')
  return entry.endsWith('.skill.md') ? readingOf(demoEndpoint, text) : readingOf(text)
}

function outcomeOf(name: string, reading: Reading): void {
  const { linked, problems } = checkSkills(reading)
  if (problems.length > 0) assertGolden(`${name}.txt`, printed(reading, problems))
  else {
    const [first] = linked
    const whole = linked.map(({ integration, endpoints }) => ({ integration, endpoints }))
    const shown = name.startsWith('documented-')
      ? whole
      : name.endsWith('.skill')
        ? first?.integration
        : first?.endpoints
    assertGolden(`${name}.json`, `${JSON.stringify(shown, null, 2)}\n`)
  }
}

describe('the compiler says of each case what its golden says', () => {
  const cases = readdirSync(casesDir).filter((entry) => !/\.(txt|json)$/.test(entry))
  for (const entry of cases) {
    const name = entry.replace(/\.md$/, '')
    test(name, () => outcomeOf(name, readingOfCase(entry)))
  }
})

describe('the reader refuses what is not plain markdown', () => {
  /** One skill with a SKILL.md; `disturb` adds what should be refused. */
  const cases: Record<string, (dir: string) => void> = {
    'read-no-skills': () => undefined,
    'read-no-integration': (dir) => mkdirSync(join(dir, 'demo/endpoints'), { recursive: true }),
    'read-link': (dir) => {
      skillIn(dir)
      symlinkSync('/etc/passwd', join(dir, 'demo/references.md'))
    },
    'read-large-file': (dir) => {
      skillIn(dir)
      writeFileSync(join(dir, 'demo/references/big.md'), 'x'.repeat(1024 * 1024 + 1))
    },
    'read-encoding': (dir) => {
      skillIn(dir)
      // An overlong "/", which lenient readers decode.
      writeFileSync(join(dir, 'demo/references/bytes.md'), Buffer.from([0x61, 0xc0, 0xaf]))
    },
    'read-too-many-files': (dir) => {
      skillIn(dir)
      for (let count = 0; count < 20_001; count++)
        writeFileSync(join(dir, `demo/references/${count}.txt`), '')
    },
    'read-too-deep': (dir) => {
      skillIn(dir)
      mkdirSync(join(dir, 'demo/endpoints/a/b/c/d/e'), { recursive: true })
    },
  }
  for (const [name, disturb] of Object.entries(cases)) {
    test(name, () => {
      const dir = join(scratch, name)
      mkdirSync(dir)
      disturb(dir)
      const reading = readSkills([{ path: dir, shown: 'skills' }])
      assertGolden(`${name}.txt`, printed(reading, checkSkills(reading).problems))
    })
  }
})

function skillIn(dir: string): void {
  mkdirSync(join(dir, 'demo/references'), { recursive: true })
  mkdirSync(join(dir, 'demo/endpoints/things'), { recursive: true })
  writeFileSync(join(dir, 'demo/SKILL.md'), demoSkill)
  writeFileSync(join(dir, 'demo/endpoints/things/make_thing.md'), demoEndpoint)
}

test('every problem code has a golden', () => {
  const goldens = readdirSync(casesDir)
    .filter((entry) => entry.endsWith('.txt'))
    .map((entry) => readFileSync(join(casesDir, entry), 'utf8'))
    .join('\n')
  const missing = Object.keys(problemCodes).filter((code) => !new RegExp(` ${code} `).test(goldens))
  assert.deepEqual(missing, [])
})

test('every golden belongs to a case', () => {
  const entries = readdirSync(casesDir)
  const stale = entries.filter(
    (entry) =>
      /\.(txt|json)$/.test(entry) &&
      !entry.startsWith('read-') &&
      !entries.includes(entry.replace(/\.(txt|json)$/, '.md')) &&
      !entries.includes(entry.replace(/\.(txt|json)$/, '')),
  )
  assert.deepEqual(stale, [])
})
