/** Where an API is: server URLs of a description → `base_url`, `allowed_hosts` and `variables`. */
import { own, textOf, type Server } from './api.ts'
import { cleanText } from './plain-text.ts'
import { snakeCase } from './names.ts'

export interface Location {
  baseUrl: string
  host: string
  variables: Record<string, Record<string, string>>
  reviews: string[]
}

const hostForm = /^(\{[a-z][a-z0-9_]*\}|[a-z0-9-]+)(\.(\{[a-z][a-z0-9_]*\}|[a-z0-9-]+))*(:[0-9]{1,5})?$/
const pathForm = /^(\/[\w.~%-]*)*$/

/** `url`: instead of what the description says. */
export function locate(servers: readonly Server[], url?: string): Location | { reason: string } {
  const server =
    url === undefined
      ? (servers.find((each) => /^https:/i.test(each.url)) ?? servers[0])
      : { url, variables: {} }
  if (!server) return { reason: 'it names no server' }
  const parts = /^(https?):\/\/([^/?#]+)([^?#]*)$/i.exec(server.url)
  if (!parts) return { reason: `its server ${JSON.stringify(server.url.slice(0, 80))} is not a whole URL` }
  const [, scheme = '', writtenHost = '', writtenPath = ''] = parts
  const reviews: string[] = []
  const variables: Location['variables'] = {}
  const fill = (name: string): string => textOf(own(server.variables[name], 'default'))
  // What stands in the host differs between customers; what stands in the path is mostly a version.
  const path = writtenPath.replaceAll(/\{([^{}]+)\}/g, (_, name: string) => fill(name))
  let host = writtenHost.toLowerCase().replaceAll(/\{[^{}]+\}/g, '{}')
  for (const [, name = ''] of writtenHost.matchAll(/\{([^{}]+)\}/g)) {
    const variable = /^[a-z]/.test(snakeCase(name)) ? snakeCase(name) : `v_${snakeCase(name) || 'host'}`
    host = host.replace('{}', `{${variable}}`)
    const example = cleanText(own(server.variables[name], 'default'), 60)
    variables[variable] = {
      from: 'user',
      pattern: '^[a-z0-9][a-z0-9-]{0,62}$',
      ...(example !== '' && { example }),
    }
    reviews.push('whose value this is, and which values it may have')
  }
  if (!hostForm.test(host)) {
    host = writtenHost.toLowerCase().replaceAll(/\{([^{}]+)\}/g, (_, name: string) => fill(name))
    for (const name of Object.keys(variables)) delete variables[name]
  }
  const trimmed = path.replace(/\/+$/, '')
  if (!hostForm.test(host) || !pathForm.test(trimmed))
    return { reason: `its server ${JSON.stringify(server.url.slice(0, 80))} has no form here` }
  const isLocal = /^(localhost|127\.0\.0\.1)(:|$)/.test(host)
  if (/^http$/i.test(scheme) && !isLocal) reviews.push('the description says http; https is assumed')
  return {
    baseUrl: `${isLocal ? scheme.toLowerCase() : 'https'}://${host}${trimmed}`,
    host,
    variables,
    reviews,
  }
}
