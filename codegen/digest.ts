/**
 * The digest of an integration: SHA-256 over its markdown files, first 32 hex digits.
 * Equal digests mean equal compiled output, so the server can tell whether a skill folder is already compiled.
 *
 * The algorithm, for anybody who has to compute the same:
 *   1. take every file of the folder (recursively) whose name ends in ".md"
 *   2. name it by its path relative to the folder, with "/" between parts; sort by code units
 *   3. for each: update(path), update("\0"), update(text), update("\0"), all as UTF-8, where text is the file's
 *      content with a leading byte order mark removed and CRLF replaced by LF
 *   4. hex, first 32 digits
 */
import { createHash } from 'node:crypto'

export interface DigestFile {
  /** Relative to the integration's folder, "/" between parts. */
  path: string
  content: string
}

export function digestFiles(files: readonly DigestFile[]): string {
  const hash = createHash('sha256')
  const sorted = files
    .filter((file) => file.path.endsWith('.md'))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  for (const { path, content } of sorted) {
    hash.update(path).update('\0').update(normalizeText(content)).update('\0')
  }
  return hash.digest('hex').slice(0, 32)
}

/** What the compiler takes the text of a file to be: no byte order mark, LF line ends. */
export function normalizeText(content: string): string {
  return content.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
}
