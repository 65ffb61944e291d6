/**
 * Content codings (RFC 9110, 8.4.1): one coding, with a cap on what comes out, so that a small body cannot
 * become a large one in memory.
 */
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, type ZlibOptions } from 'node:zlib'
import { UpstreamError, type UpstreamAnswer } from './client.ts'

type Decoder = (body: Buffer, options: ZlibOptions) => Promise<Buffer>

const decoders: Record<string, Decoder> = {
  gzip: promisify<Buffer, ZlibOptions, Buffer>(gunzip),
  'x-gzip': promisify<Buffer, ZlibOptions, Buffer>(gunzip),
  deflate: promisify<Buffer, ZlibOptions, Buffer>(inflate),
  br: promisify<Buffer, ZlibOptions, Buffer>(brotliDecompress),
}

/** What to ask upstreams for. */
export const acceptEncoding = 'gzip, br'

/** @throws UpstreamError when the coding is unknown, broken, or the body grows beyond the cap */
export async function decode(answer: UpstreamAnswer, maxBytes: number): Promise<UpstreamAnswer> {
  const coding = answer.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (coding === 'identity' || answer.body.length === 0) return answer
  const decoder = decoders[coding]
  if (decoder === undefined)
    throw new UpstreamError('unreachable', true, 'its answer uses a content coding that was not asked for')
  try {
    return { ...answer, body: await decoder(answer.body, { maxOutputLength: maxBytes }) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new UpstreamError('too_large', true, 'the answer is too large', error)
    throw new UpstreamError('unreachable', true, 'its answer could not be decoded', error)
  }
}
