/**
 * Loads a precompiled validator. The file is CommonJS and may require a fixed list of names and nothing else,
 * so it works from any folder and reaches nothing.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { compileFunction } from 'node:vm'
import { RE2JS } from 're2js'
import type { Complaint } from '../fault.ts'

/** All complaints about the parameters; an empty list when there is none. */
export type Validate = (params: unknown) => Complaint[]

interface AjvError {
  instancePath: string
  keyword: string
  message?: string
  params: Record<string, unknown>
}

type AjvValidate = ((data: unknown) => boolean) & { errors?: AjvError[] | null }

const require = createRequire(import.meta.url)

const modules = new Map<string, () => unknown>([
  ['ajv/dist/runtime/ucs2length', () => require('ajv/dist/runtime/ucs2length')],
  ['ajv/dist/runtime/equal', () => require('ajv/dist/runtime/equal')],
  ['ajv-formats/dist/formats', () => require('ajv-formats/dist/formats')],
  ['skillett/regexp', () => linearRegExp],
])

/** A pattern of an author, matched in linear time. */
function linearRegExp(pattern: string): { test(text: string): boolean } {
  const compiled = RE2JS.compile(pattern)
  return { test: (text) => compiled.matcher(text).find() }
}

/** @throws Error when the file requires anything else */
export function loadValidator(file: string): Validate {
  const module = { exports: {} as AjvValidate }
  const supply = (name: string): unknown => {
    const make = modules.get(name)
    if (make === undefined) throw new Error(`${file} requires "${name}", which validators may not`)
    return make()
  }
  compileFunction(readFileSync(file, 'utf8'), ['module', 'exports', 'require'], { filename: file })(
    module,
    module.exports,
    supply,
  )
  const validate = module.exports
  return (params) => (validate(params) ? [] : (validate.errors ?? []).map(complaintOf))
}

function complaintOf(error: AjvError): Complaint {
  const path = pathOf(error.instancePath)
  const place = (name: unknown): string => (path === '' ? String(name) : `${path}.${String(name)}`)
  if (error.keyword === 'required')
    return { path: place(error.params['missingProperty']), message: 'is required' }
  if (error.keyword === 'additionalProperties')
    return { path: place(error.params['additionalProperty']), message: 'is not a parameter of this endpoint' }
  if (error.keyword === 'enum')
    return {
      path,
      message: `must be one of ${(error.params['allowedValues'] as unknown[]).map((value) => JSON.stringify(value)).join(', ')}`,
    }
  return { path, message: error.message ?? 'is not valid' }
}

/** JSON pointer → the way people write it: /labels/1/name → labels[1].name */
function pathOf(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce(
      (path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === '' ? part : `${path}.${part}`),
      '',
    )
}
