/**
 * What a script asks a token for: a service by a name that its owner chose, by an integration's name, or by the URL
 * that it is about to call. Becomes an integration, an account and an identifier.
 */
import type { Integration } from '#manifest'
import type { Catalogue } from '../catalogue/catalogue.ts'
import type { Service, VariedConnection } from '../db/services.ts'
import { fault } from '../fault.ts'
import { badRequest } from '../http/input.ts'
import { nearest } from '../http/nearest.ts'
import { fillVariables } from '../request/build.ts'

/** Whose token is meant. */
export interface AskedService {
  service: string
  integration: Integration
  /** null: the only one there is. */
  account: string | null
  identifier: string
  cacheSeconds: number
}

/** @throws Fault not_found when neither a choice nor an integration has that name */
export function findService(
  catalogue: Catalogue,
  choices: Service[],
  service: string,
  identifier: string | undefined,
): AskedService {
  const choice = choices.find((each) => each.service === service)
  const integration = catalogue.integration(choice?.integration ?? service)
  if (integration !== undefined)
    return {
      service,
      integration,
      account: choice?.account ?? null,
      identifier: identifier ?? choice?.identifier ?? '',
      cacheSeconds: choice?.cache_seconds ?? 0,
    }
  const names = [...choices.map((each) => each.service), ...catalogue.integrations().keys()]
  const guess = nearest(service, names)
  throw fault('not_found', {
    fill: { resource: 'service', name: service },
    next: [
      {
        command: `skillett connections config ${/^[\w-]+$/.test(service) ? service : 'SERVICE'} NAME`,
        why: guess === undefined ? 'says which connection it stands for' : `did you mean ${guess}?`,
      },
    ],
  })
}

/** Where a URL leads: to an integration and, where hosts differ between connections, to one account. */
export interface Owner {
  integration: Integration
  account: string | null
}

/**
 * The integration whose own host a URL has; among several the one whose base URL is the longest beginning of it.
 * @param connections of the caller; their variables say which hosts are theirs
 * @throws Fault bad_request when it is nobody's, or equally that of several
 */
export function ownerOfUrl(catalogue: Catalogue, connections: VariedConnection[], text: string): Owner {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || url.protocol !== 'https:' || url.username !== '' || url.password !== '')
    throw wrongUrl('must be an https URL without a user name')
  const found = [...catalogue.integrations().keys()]
    .map((name) => catalogue.integration(name)!)
    .flatMap((integration): Owner[] => {
      if (integration.allowed_hosts.includes(url.host)) return [{ integration, account: null }]
      const own = connections.filter(
        (each) => each.integration === integration.name && hostsOf(integration, each).includes(url.host),
      )
      return own.map(({ account }) => ({ integration, account }))
    })
    .map((owner) => ({ owner, length: sharedLength(owner.integration, url) }))
    .sort((a, b) => b.length - a.length)
  const best = found.filter(({ length }) => length === found[0]!.length).map(({ owner }) => owner)
  if (best.length === 1) return best[0]!
  const names = [...new Set(best.map(({ integration }) => integration.name))]
  // Several accounts at one host: which is meant, admission asks.
  if (names.length === 1) return { integration: best[0]!.integration, account: null }
  throw wrongUrl(
    names.length === 0 ? 'is not of a service that is known here' : `may be of ${names.join(', ')}; name one`,
  )
}

function hostsOf({ allowed_hosts: hosts }: Integration, { variables }: VariedConnection): string[] {
  return hosts.map((host) => fillVariables(host, variables).toLowerCase())
}

/** How much of the URL's path the base URL is the beginning of; -1 when it is another's. */
function sharedLength(integration: Integration, url: URL): number {
  const base = /^https?:\/\/[^/]+(.*)$/.exec(integration.base_url)?.[1] ?? ''
  const path = base.replace(/\/+$/, '')
  return path === '' || url.pathname === path || url.pathname.startsWith(`${path}/`) ? path.length : -1
}

function wrongUrl(message: string) {
  return badRequest('see fields', [{ path: 'url', message }])
}
