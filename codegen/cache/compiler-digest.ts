/** What is cached is worth something only to the very compiler that made it, with the very same packages. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @param root the package's folder
 * @param code the folder with the compiler's code: codegen/ in a checkout, dist/ otherwise
 */
export function digestCompiler(root: string, code: string): string {
  const own = readdirSync(code, { recursive: true })
    .map((name) => join(code, String(name)))
    .filter((file) => /\.(ts|js)$/.test(file))
    .sort()
  const hash = createHash('sha256')
  for (const file of [join(root, 'package.json'), join(root, 'package-lock.json'), ...own])
    if (existsSync(file)) hash.update(file).update('\0').update(readFileSync(file)).update('\0')
  return hash.update(process.version).digest('hex')
}
