/**
 * Input schema → validator: checked at once while compiling, and emitted as code that needs no Ajv to run.
 * Author patterns run on a linear-time engine, in both forms.
 */
import _Ajv2020, { type Ajv2020 as Ajv, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'
import addFormats from 'ajv-formats'
import { RE2JS } from 're2js'
import type { JsonSchema } from './manifest.ts'

const Ajv2020 = _Ajv2020 as unknown as typeof Ajv
const standaloneCode = standalone as unknown as (ajv: Ajv, validate: ValidateFunction) => string
const formats = addFormats as unknown as (ajv: Ajv) => void

/** The module that the emitted code asks its loader for: (pattern, flags) → {test(text)}. */
const regexpModule = 'require("skillett/regexp")'

const linear = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(pattern)
    // Ajv uses the text form as the key under which it emits the pattern once.
    return { test: (text: string) => compiled.matcher(text).find(), toString: () => `/${pattern}/` }
  },
  { code: regexpModule },
)

export interface Validator {
  ajv: Ajv
  validate: ValidateFunction
}

const compiled = new WeakMap<JsonSchema, Validator>()

/**
 * One Ajv per schema: names in the emitted code count up per instance, and must not depend on what else was built.
 * Throws where Ajv finds the schema unusable.
 */
export function compileValidator(schema: JsonSchema): Validator {
  const known = compiled.get(schema)
  if (known) return known
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    // An alternative may require what its parent declares.
    strictRequired: false,
    ownProperties: true,
    // Checked once by readSchema; checking against the meta-schema would compile it for each instance.
    validateSchema: false,
    meta: false,
    // `code.regExp` is typed as RegExp's own constructor.
    code: { source: true, optimize: false, regExp: linear as never },
    logger: false,
  })
  formats(ajv)
  ajv.addFormat('file', true)
  ajv.addFormat('markdown', true)
  const { $schema: _, ...checked } = schema
  const validate = ajv.compile(assertions(checked) as JsonSchema)
  const validator = { ajv, validate }
  compiled.set(schema, validator)
  return validator
}

export function validatorCode(schema: JsonSchema): string {
  const { ajv, validate } = compileValidator(schema)
  return standaloneCode(ajv, validate)
}

/** All complaints about one value; empty when it is valid. */
export function complaints(schema: JsonSchema, value: unknown): ErrorObject[] {
  const { validate } = compileValidator(schema)
  return validate(value) ? [] : [...(validate.errors ?? [])]
}

/** Keywords that describe and check nothing. */
const descriptive = new Set(['title', 'description', 'default', 'examples', 'deprecated'])

/**
 * Only what is checked: the emitted code carries its schema along, and prose would double it.
 * 64-bit integers travel as text; their format is a pattern to a validator.
 */
function assertions(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(assertions)
  if (schema === null || typeof schema !== 'object') return schema
  const copy: JsonSchema = {}
  for (const [key, value] of Object.entries(schema)) {
    if (descriptive.has(key)) continue
    if (key === 'properties') {
      copy[key] = Object.fromEntries(
        Object.entries(value as object).map(([name, inner]) => [name, assertions(inner)]),
      )
    } else copy[key] = key === 'enum' || key === 'const' ? value : assertions(value)
  }
  if (copy['type'] === 'string' && copy['format'] === 'int64-string') {
    delete copy['format']
    copy['pattern'] ??= '^-?[0-9]{1,19}$'
  }
  return copy
}
