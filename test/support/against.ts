/** One endpoint of the demo integration, held against paths of a description. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkAgainst } from '../../codegen/against/check-against.ts'
import { readDescriptions } from '../../codegen/against/descriptions.ts'
import { checkSkills } from '../../codegen/compile.ts'
import type { Problem } from '../../codegen/problem.ts'
import { demoSkill, endpointText, readingOf, scratchFolder } from './compiler.ts'

const scratch = scratchFolder()

/** The problems that it is told. */
export async function tell(
  front: string,
  paths: object,
  options: { skill?: string; server?: string } = {},
): Promise<Problem[]> {
  const { skill = demoSkill, server = 'https://api.example.com' } = options
  const reading = readingOf(endpointText(front), skill)
  const { linked, problems } = checkSkills(reading)
  assert.deepEqual(
    problems.filter(({ level, code }) => level === 'error' && code !== 'SKILL_EXAMPLE'),
    [],
  )
  const file = join(scratch, 'demo.json')
  writeFileSync(
    file,
    JSON.stringify({
      openapi: '3.1.0',
      info: { title: 'Demo', version: '1' },
      servers: [{ url: server }],
      paths,
    }),
  )
  const descriptions = await readDescriptions([file])
  assert.ok('value' in descriptions, JSON.stringify(descriptions))
  return checkAgainst(reading, linked, descriptions.value).problems
}

export async function codes(...asked: Parameters<typeof tell>): Promise<string[]> {
  return (await tell(...asked)).map(({ code }) => code)
}

export const things = 'name: make_thing\ndescription: Make a thing.\n'
export const post = `${things}method: POST\npath: /things\nannotations: {read_only: false}\n`
export const jsonBody = (schema: object, required = true): object => ({
  '/things': { post: { requestBody: { required, content: { 'application/json': { schema } } } } },
})
export const getWith = (...parameters: object[]): object => ({ '/things': { get: { parameters } } })
