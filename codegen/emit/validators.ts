/** `validators/<endpoint>.cjs`: the input schema as code. Loaded on an endpoint's first call, by a loader that
 *  supplies the few modules the code may require. */
import type { Endpoint } from '../manifest.ts'
import { validatorCode } from '../validator.ts'
import { banner, skillSource } from './banner.ts'

export function emitValidator(endpoint: Endpoint): string {
  const source = `${skillSource(endpoint.integration)}/endpoints/${endpoint.group}/${endpoint.name}.md`
  return `// ${banner(source)}\n${validatorCode(endpoint.input).trimEnd()}\n`
}
