/** Compiling skills in memory, and golden files: expected outcomes beside their cases in test/cases/. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import { checkSkills, compileSkills, type Checked } from '../../codegen/compile.ts'
import type { Output } from '../../codegen/emit.ts'
import { normalizeText } from '../../codegen/digest.ts'
import type { Folder, Reading } from '../../codegen/read.ts'
import { printProblems } from '../../codegen/report.ts'

export const casesDir = fileURLToPath(new URL('../cases/', import.meta.url))

export const demoSkill = `---
skillett: 1
name: demo
title: Demo
description: Things to try the compiler on.
version: 1.0.0
base_url: https://api.example.com
allowed_hosts: [api.example.com, uploads.example.com]
auth: {type: bearer}
---
# Demo
`

export const demoEndpoint = endpointText(
  'name: make_thing\ndescription: Make a thing.\nmethod: GET\npath: /things',
)

/** An endpoint file around the given front matter lines. */
export function endpointText(front: string): string {
  return `---\nskillett: 1\n${front.trim()}\nexamples: [{run: skillett run demo make_thing}]\n---\n`
}

/** An integration's folder that exists only in memory. */
export function folderOf(files: Record<string, string>, name = 'demo'): Folder {
  return {
    name,
    file: `skills/${name}`,
    sources: Object.entries(files).map(([path, text]) => ({
      path,
      file: `skills/${name}/${path}`,
      text: normalizeText(text),
    })),
  }
}

/** The demo integration with one endpoint file. */
export function readingOf(endpoint: string, skill = demoSkill): Reading {
  return {
    folders: [folderOf({ 'SKILL.md': skill, 'endpoints/things/make_thing.md': endpoint })],
    problems: [],
  }
}

export function check(endpoint: string, skill = demoSkill): Checked {
  return checkSkills(readingOf(endpoint, skill))
}

export function codesOf(checked: Checked): string[] {
  return checked.problems.map(({ code }) => code)
}

/** The compiled endpoint; fails when there is any error. */
export function endpointOf(endpoint: string, skill = demoSkill) {
  const checked = check(endpoint, skill)
  assert.deepEqual(
    checked.problems.filter(({ level }) => level === 'error'),
    [],
  )
  return checked.linked[0]!.endpoints[0]!
}

export async function emitted(reading: Reading, dataOnly = false): Promise<Output> {
  const { output, problems } = await compileSkills(reading, { dataOnly })
  assert.ok(output, printed(reading, problems))
  return output
}

/** As the command prints them, without colour. */
export function printed(reading: Reading, problems: Checked['problems']): string {
  const texts = new Map(
    reading.folders.flatMap(({ sources }) => sources.map(({ file, text }) => [file, text] as const)),
  )
  return printProblems(problems, { texts, color: false })
}

/** Compares with test/cases/<name>. A missing expectation fails; UPDATE=1 writes it. */
export function assertGolden(name: string, actual: string): void {
  const path = join(casesDir, name)
  if (process.env['UPDATE'] === '1') {
    if (!existsSync(path) || readFileSync(path, 'utf8') !== actual) writeFileSync(path, actual)
    return
  }
  assert.ok(
    existsSync(path),
    `test/cases/${name} is missing. Run this test with UPDATE=1 and review what it writes.`,
  )
  assert.equal(actual, readFileSync(path, 'utf8'))
}

/** A folder that is removed when the test file is done. */
export function scratchFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'skillett-codegen-'))
  after(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}
