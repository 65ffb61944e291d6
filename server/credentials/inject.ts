/**
 * Puts a credential into a request, as the skill's `inject` says, and tells what to look for in the answer.
 * The last stop of a secret before the wire.
 */
import type { Auth } from '#manifest'
import { needlesOf } from '../upstream/scrub.ts'
import { reveal } from './secret.ts'
import type { Credential } from './vault.ts'

export interface Injected {
  headers: Record<string, string>
  /** Query pairs, encoded, without a leading `?` or `&`. */
  query: string
  /** What must not come back (upstream/scrub.ts). */
  needles: string[]
}

export function inject(auth: Auth, credential: Credential): Injected {
  const fill = (template: string): string =>
    template.replace(/\{(\w+)\}/g, (_, name: string) => {
      const secret = credential[name]
      if (secret === undefined) throw new Error(`the credential has no ${name}`)
      return reveal(secret)
    })
  const headers = mapValues(auth.inject.headers, fill)
  if (auth.inject.basic !== undefined) {
    const { user, password } = auth.inject.basic
    headers['authorization'] = `Basic ${Buffer.from(`${fill(user)}:${fill(password)}`).toString('base64')}`
  }
  const query = Object.entries(auth.inject.query)
    .map(([name, template]) => `${encodeURIComponent(name)}=${encodeURIComponent(fill(template))}`)
    .join('&')
  const secrets = Object.keys(credential).filter((name) => auth.fields[name]?.secret !== false)
  return { headers, query, needles: secrets.flatMap((name) => needlesOf(reveal(credential[name]!))) }
}

/** The same request for eyes: every place of a credential shows `***`. */
export function masked(auth: Auth): Pick<Injected, 'headers' | 'query'> {
  const mask = (template: string): string => template.replace(/\{\w+\}/g, '***')
  const headers = mapValues(auth.inject.headers, mask)
  if (auth.inject.basic !== undefined) headers['authorization'] = 'Basic ***'
  const query = Object.keys(auth.inject.query).map((name) => `${encodeURIComponent(name)}=***`)
  return { headers, query: query.join('&') }
}

function mapValues(
  headers: Record<string, string>,
  change: (value: string) => string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), change(value)]),
  )
}
