/** `index.json`: all integrations, one entry each. */
import type { LinkedSkill } from '../link.ts'
import type { Index } from '../manifest.ts'
import type { Outline } from '../unit.ts'

export function emitIndex(skills: readonly LinkedSkill<Outline>[]): string {
  const index: Index = { format: 1, integrations: {} }
  for (const { integration, endpoints } of skills) {
    const { name, title, description, version, digest } = integration
    index.integrations[name] = { title, description, version, digest, endpoints: endpoints.length }
  }
  return json(index)
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
