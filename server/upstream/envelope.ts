/**
 * The envelope around an upstream's answer. JSON is checked and then spliced in byte for byte: 64-bit numbers,
 * key order and spelling survive, and nothing is serialised again.
 */
import { isUtf8 } from 'node:buffer'
import type { UpstreamAnswer } from './client.ts'

/** `{"status":200,"data":…}` or, for 4xx and 5xx, `{"status":404,"error":…}`. */
export function wrap({ status, headers, body }: UpstreamAnswer): Buffer {
  const head = `{"status":${status},"${status >= 400 ? 'error' : 'data'}":`
  const text = asJson(body, headers['content-type'] ?? 'application/json')
  return Buffer.concat([Buffer.from(head), typeof text === 'string' ? Buffer.from(text) : text, closing])
}

const closing = Buffer.from('}')

/** JSON as it came; text as a JSON string; other bytes as base64. Nothing is null. */
function asJson(body: Buffer, contentType: string): Buffer | string {
  if (body.length === 0) return 'null'
  if (!isUtf8(body)) return JSON.stringify({ base64: body.toString('base64') })
  const text = body.toString()
  if (!/json/i.test(contentType)) return JSON.stringify(text)
  try {
    JSON.parse(text)
    return body
  } catch {
    return JSON.stringify(text)
  }
}
