/** What to say when there is no integration or endpoint of a name: the nearest one, and how to list them. */
import type { Catalogue } from '../catalogue/catalogue.ts'
import { fault, type Fault } from '../fault.ts'
import { nearest } from './nearest.ts'

/** @returns the fault not_found for whichever of the two does not exist */
export function unknownSkill(catalogue: Catalogue, integration: string, endpoint: string): Fault {
  const known = catalogue.integration(integration)
  if (known === undefined)
    return notFound('integration', integration, [...catalogue.integrations().keys()], 'skillett skills')
  return notFound('endpoint', endpoint, Object.keys(known.endpoints), `skillett skills ${integration}`)
}

function notFound(resource: string, name: string, names: string[], command: string): Fault {
  const guess = nearest(name, names)
  const why = guess === undefined ? 'lists what there is' : `did you mean ${guess}?`
  return fault('not_found', { fill: { resource, name }, next: [{ command, why }] })
}
