/**
 * Where a request may go: the integration's own hosts over HTTPS, or the origin that the operator put in their
 * place. The last check before a credential is sent.
 */
import type { Integration } from '#manifest'
import { fillVariables } from '../request/build.ts'

export interface Target {
  /** Scheme, host and port to connect to. */
  origin: string
  /** Path of the base URL, without a trailing slash. */
  prefix: string
  /** What the skill declares, for people to read: origin and prefix before the operator's map. */
  declared: string
}

/** Declared origin → origin to use. */
export type OriginMap = Record<string, string>

/**
 * @param base the base URL, which may hold `{variable}`s
 * @throws Error when the host is not the integration's or the scheme is not https
 */
export function targetOf(
  integration: Integration,
  base: string,
  variables: Record<string, string>,
  origins: OriginMap,
): Target {
  const url = new URL(fillVariables(base, variables))
  const hosts = integration.allowed_hosts.map((host) => fillVariables(host, variables).toLowerCase())
  if (!hosts.includes(url.host)) throw new Error(`${url.host} is not a host of ${integration.name}`)
  if (url.username !== '' || url.password !== '') throw new Error('a base URL must not hold a user name')
  const mapped = Object.hasOwn(origins, url.origin) ? origins[url.origin]! : url.origin
  // Only the operator's own map may lead to plain http.
  if (mapped === url.origin && url.protocol !== 'https:') throw new Error(`${url.origin} is not https`)
  const prefix = url.pathname.replace(/\/+$/, '')
  return { origin: mapped, prefix, declared: url.origin + prefix }
}

/**
 * Where a URL that the skill names whole leads, such as its token endpoint; its origin counts as declared.
 * @throws Error when the scheme is not https
 */
export function targetOfUrl(text: string, origins: OriginMap): { origin: string; path: string } {
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') throw new Error('a URL must not hold a user name')
  const mapped = Object.hasOwn(origins, url.origin) ? origins[url.origin]! : url.origin
  if (mapped === url.origin && url.protocol !== 'https:') throw new Error(`${url.origin} is not https`)
  return { origin: mapped, path: url.pathname + url.search }
}
