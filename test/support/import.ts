/** Importing in a scratch folder: the command as it is, its report as data. */
import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ImportReport } from '../../codegen/import/command.ts'
import { main } from '../../codegen/main.ts'
import { readSkills, type Source } from '../../codegen/read.ts'
import { scratchFolder } from './compiler.ts'

const scratch = scratchFolder()

export interface Ran {
  code: number
  out: string
  err: string
}

export async function runSkillett(...argv: string[]): Promise<Ran> {
  let out = ''
  let err = ''
  const streams = {
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
  }
  return { code: await main(argv, streams), out, err }
}

export interface ImportedSkill {
  code: number
  report: ImportReport
  /** The skills folder. */
  dir: string
  /** What lies there afterwards. */
  sources: Source[]
  text(path: string): string
}

/** Imports a file as the integration `shop`, into a folder of its own unless `dir` names one. */
export async function importFile(
  file: string,
  options: { format?: string; dir?: string; args?: string[]; name?: string } = {},
): Promise<ImportedSkill> {
  const { format = 'openapi', dir = newFolder(), args = [], name = 'shop' } = options
  const ran = await runSkillett(
    'import',
    format,
    file,
    '--integration',
    name,
    '--out',
    dir,
    '--json',
    ...args,
  )
  assert.ok(ran.out !== '', ran.err)
  const { folders } = readSkills([{ path: dir, shown: 'skills' }])
  const sources = folders.find((folder) => folder.name === name)?.sources ?? []
  return {
    code: ran.code,
    report: JSON.parse(ran.out) as ImportReport,
    dir,
    sources,
    text: (path) => {
      const source = sources.find((each) => each.path === path)
      assert.ok(source, `${path} is not among ${sources.map((each) => each.path).join(', ')}`)
      return source.text
    },
  }
}

export function newFolder(): string {
  return mkdtempSync(join(scratch, 'import-'))
}

/** A description in a file of its own. */
export function writeDescription(data: unknown): string {
  const file = join(newFolder(), 'description.json')
  writeFileSync(file, typeof data === 'string' ? data : JSON.stringify(data))
  return file
}

/** An OpenAPI description around some paths. */
export function openapi(paths: object, more: object = {}): object {
  return {
    openapi: '3.1.0',
    info: { title: 'Shop', version: '1' },
    servers: [{ url: 'https://api.shop.example' }],
    paths,
    ...more,
  }
}
