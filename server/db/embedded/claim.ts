/**
 * Makes a file that is whole from its first moment and belongs to whoever was first: written under another
 * name, then linked, which fails where rename would replace.
 */
import { randomBytes } from 'node:crypto'
import { link, rm, writeFile } from 'node:fs/promises'

/** @returns false when the file is there already; it is left as it is */
export async function claim(file: string, content: string): Promise<boolean> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  await writeFile(draft, content, { mode: 0o600, flag: 'wx' })
  try {
    await link(draft, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}
