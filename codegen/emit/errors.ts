/** `errors.ts`: the fault catalogue, as server and command line read it. */
import { catalogue } from '../catalogue.ts'
import { banner } from './banner.ts'

export function emitErrors(): string {
  return `// ${banner('codegen/catalogue.ts')}

export const faults = ${JSON.stringify(catalogue, null, 2)} as const

export type FaultCode = keyof typeof faults
`
}
