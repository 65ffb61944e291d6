/** Puts a credential into a request where the skill's `inject` says: headers, query, basic. */
import type { Auth } from '#manifest'
import type { Access, Addition } from './authorize.ts'
import { fillSecrets } from './template.ts'

export function inject({ auth, credential, variables }: Access): Addition {
  const fill = (template: string): string => fillSecrets(template, { credential, variables })
  const headers = lowerCase(auth.inject.headers, fill)
  if (auth.inject.basic !== undefined) {
    const { user, password } = auth.inject.basic
    headers['authorization'] = `Basic ${Buffer.from(`${fill(user)}:${fill(password)}`).toString('base64')}`
  }
  const query = Object.entries(auth.inject.query)
    .map(([name, template]) => `${encodeURIComponent(name)}=${encodeURIComponent(fill(template))}`)
    .join('&')
  return { headers, query }
}

export function maskInjected(auth: Auth): Addition {
  const headers = lowerCase(auth.inject.headers, (template) => template.replace(/\{\w+\}/g, '***'))
  if (auth.inject.basic !== undefined) headers['authorization'] = 'Basic ***'
  const query = Object.keys(auth.inject.query).map((name) => `${encodeURIComponent(name)}=***`)
  return { headers, query: query.join('&') }
}

function lowerCase(
  headers: Record<string, string>,
  change: (value: string) => string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), change(value)]),
  )
}
