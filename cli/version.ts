/** The version of this package, as its manifest says it. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export function readVersion(root: string): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version
}
