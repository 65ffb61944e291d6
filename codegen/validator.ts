/**
 * Input schema → validator: checked at once while compiling, and emitted as code that needs no Ajv to run.
 * Author patterns run on a linear-time engine, in both forms.
 */
import _Ajv2020, { type Ajv2020 as Ajv, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { ValueScope } from 'ajv/dist/compile/codegen/index.js'
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

/** What Ajv begins its generated names with. */
const scopePrefixes = new Set([
  'validate',
  'serialize',
  'parse',
  'wrapper',
  'root',
  'schema',
  'keyword',
  'pattern',
  'formats',
  'validate$data',
  'func',
  'obj',
  'Error',
])

/** Two isolates may not share it, two schemas may: everything that one leaves behind is taken away again. */
let instance: Ajv | undefined

/** Whether the next code is wanted as a function too. Making one takes the engine longer than Ajv took to write it. */
let runnable = false

function makeAjv(): Ajv {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    // An alternative may require what its parent declares.
    strictRequired: false,
    ownProperties: true,
    // Checked once by readSchema; checking against the meta-schema would compile it as well.
    validateSchema: false,
    meta: false,
    addUsedSchema: false,
    // `code.regExp` is typed as RegExp's own constructor.
    code: {
      source: true,
      optimize: false,
      regExp: linear as never,
      process: (code) => (runnable ? code : 'return function () {}'),
    },
    logger: false,
  })
  formats(ajv)
  ajv.addFormat('file', true)
  ajv.addFormat('markdown', true)
  return ajv
}

interface Validator {
  code: string
  /** Only where it was asked for. */
  validate?: ValidateFunction
}

const compiled = new WeakMap<JsonSchema, Validator>()

/**
 * Names in the code count up in the instance's scope, which is new for each schema, so that no code depends on what
 * else was built. Throws where Ajv finds the schema unusable.
 */
function compileValidator(schema: JsonSchema, toRun: boolean): Validator {
  const known = compiled.get(schema)
  if (known && (!toRun || known.validate)) return known
  runnable = toRun
  const ajv = (instance ??= makeAjv())
  Object.assign(ajv, {
    scope: new ValueScope({ scope: {}, prefixes: scopePrefixes, es5: false, lines: false }),
  })
  const { $schema: _, ...checked } = schema
  const bare = assertions(checked) as JsonSchema
  try {
    const validate = ajv.compile(bare)
    const validator = { code: standaloneCode(ajv, validate), ...(toRun && { validate }) }
    compiled.set(schema, validator)
    return validator
  } finally {
    ajv.removeSchema(bare)
  }
}

export function validatorCode(schema: JsonSchema): string {
  return compileValidator(schema, false).code
}

/** All complaints about one value; empty when it is valid. */
export function complaints(schema: JsonSchema, value: unknown): ErrorObject[] {
  const { validate } = compileValidator(schema, true)
  return validate!(value) ? [] : [...(validate!.errors ?? [])]
}

let metaSchema: Ajv | undefined

/** The first place where a schema is not valid JSON Schema 2020-12; undefined when it is. */
export function schemaMistake(schema: JsonSchema): { path: string[]; reason: string } | undefined {
  metaSchema ??= new Ajv2020({ strict: false, logger: false })
  if (metaSchema.validateSchema(schema) === true) return undefined
  const [first] = metaSchema.errors ?? []
  const path = (first?.instancePath ?? '').split('/').slice(1)
  return { path, reason: `${path.at(-1) ?? 'it'} ${first?.message ?? 'is not valid'}` }
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
