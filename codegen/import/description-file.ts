/**
 * A file with an API description → data. JSON or YAML, plain or gzipped, on this disk only: nothing is fetched.
 * The file is a stranger's, so its size is bounded before and after unpacking, and so are YAML's aliases.
 */
import { lstatSync, readFileSync, realpathSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { parse } from 'yaml'

const maxBytes = 128 * 1024 * 1024
const maxYamlBytes = 16 * 1024 * 1024
const maxAliases = 100

export type Read<T> = { value: T } | { reason: string }

/** The text of a description, unpacked when it is gzipped. */
export function readText(path: string): Read<string> {
  try {
    if (!lstatSync(realpathSync(path)).isFile()) return { reason: 'it is not a file' }
    const bytes = readFileSync(path)
    const packed = bytes[0] === 0x1f && bytes[1] === 0x8b
    const plain = packed ? gunzipSync(bytes, { maxOutputLength: maxBytes }) : bytes
    if (plain.length > maxBytes) return { reason: `it has more than ${maxBytes} bytes` }
    return { value: plain.toString('utf8').replace(/^\uFEFF/, '') }
  } catch (error) {
    return { reason: explain(error as NodeJS.ErrnoException) }
  }
}

/** JSON where it begins like JSON, YAML otherwise. */
export function parseDescription(text: string): Read<unknown> {
  try {
    if (/^\s*[{[]/.test(text)) return { value: JSON.parse(text) as unknown }
    if (Buffer.byteLength(text) > maxYamlBytes)
      return { reason: `as YAML it may have ${maxYamlBytes} bytes; convert it to JSON` }
    return {
      value: parse(text, { schema: 'core', maxAliasCount: maxAliases, logLevel: 'silent' }) as unknown,
    }
  } catch (error) {
    // Parsers recurse; what overflows their stack is no description.
    if (error instanceof RangeError) return { reason: 'it is nested too deep' }
    const [line = ''] = (error as Error).message.split('\n')
    return { reason: `it cannot be read: ${line.slice(0, 200)}` }
  }
}

function explain(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return 'there is no such file'
  if (error.code === 'ERR_BUFFER_TOO_LARGE') return `unpacked it has more than ${maxBytes} bytes`
  return error.code ?? error.message
}
