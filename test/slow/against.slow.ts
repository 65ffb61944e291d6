/** The skills of this repository held against the descriptions of their vendors, as they are and with mistakes. */
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { describeUse, folder, measure, packageRoot, skip, tell } from './descriptions.ts'

const scratch = mkdtempSync(join(tmpdir(), 'skillett-slow-'))
after(() => rmSync(scratch, { recursive: true, force: true }))
const skills = join(packageRoot, 'skills')

test('all skills are what their descriptions say', { skip }, async () => {
  const run = await measure('validate', '--skills', skills, '--against', folder!)
  assert.equal(run.code, 0, run.err)
  for (const line of run.err.trim().split('\n').slice(-12)) tell(line)
  tell(describeUse(run))
})

describe('a mistake in a skill of GitHub is found', { skip }, () => {
  const mistakes: [title: string, file: string, from: RegExp | string, to: string, code: string][] = [
    ['a wrong method', 'issues/get_issue.md', 'method: GET', 'method: DELETE', 'AGAINST_METHOD'],
    [
      'a misspelt path',
      'issues/get_issue.md',
      '/issues/{issue_number}',
      '/isues/{issue_number}',
      'AGAINST_PATH',
    ],
    [
      'a misspelt parameter',
      'issues/create_issue.md',
      'param_mapping:',
      'param_mapping:\n  body: body.boddy',
      'AGAINST_PARAMETER',
    ],
    [
      'a wrong type',
      'issues/create_issue.md',
      'assignees:\n    type: array\n    items: {type: string, minLength: 1}',
      'assignees:\n    type: array\n    items: {type: integer}',
      'AGAINST_TYPE',
    ],
    [
      'a value that does not exist',
      'issues/update_issue.md',
      /enum: \[/,
      'enum: [reopened, ',
      'AGAINST_ENUM',
    ],
    [
      'a parameter that is missing',
      'issues/create_issue.md',
      /title: \{type: string, required: true, /,
      'title: {type: string, ',
      'AGAINST_REQUIRED',
    ],
  ]
  for (const [title, file, from, to, code] of mistakes) {
    test(title, async () => {
      const dir = mkdtempSync(join(scratch, 'skills-'))
      cpSync(join(skills, 'github'), join(dir, 'github'), { recursive: true })
      const path = join(dir, 'github/endpoints', file)
      const before = readFileSync(path, 'utf8')
      const text = before.replace(from, to)
      assert.notEqual(text, before)
      writeFileSync(path, text)
      const run = await measure(
        'validate',
        '--skills',
        dir,
        '--against',
        join(folder!, 'github.json.gz'),
        '--json',
      )
      const { problems } = JSON.parse(run.out) as { problems: { code: string; file: string }[] }
      assert.ok(
        problems.some((problem) => problem.code === code && problem.file.endsWith(file)),
        run.out.slice(0, 2000),
      )
      assert.equal(run.code, 1)
    })
  }
})
