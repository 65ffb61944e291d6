/**
 * Templates of a skill that hold secrets: `{token}` is a field of the credential, `{region}` a variable of the
 * connection. The filled text is as secret as what went in.
 */
import { reveal } from './secret.ts'
import type { Credential } from './vault.ts'

/** What templates may name. */
export interface Known {
  credential: Credential
  variables: Record<string, string>
}

/** @throws Error naming the hole that nothing fills */
export function fillSecrets(template: string, { credential, variables }: Known): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    if (Object.hasOwn(credential, name)) return reveal(credential[name]!)
    if (Object.hasOwn(variables, name)) return variables[name]!
    throw new Error(`the credential has no ${name}`)
  })
}

/** Every text inside a document of the skill, filled. */
export function fillDeep(document: unknown, known: Known): unknown {
  if (typeof document === 'string') return fillSecrets(document, known)
  if (Array.isArray(document)) return document.map((item) => fillDeep(item, known))
  if (typeof document !== 'object' || document === null) return document
  return fillMap(document as Record<string, unknown>, (value) => fillDeep(value, known))
}

/** The same map with its values changed. */
export function fillMap<From, To>(
  map: Record<string, From>,
  change: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value)]))
}
