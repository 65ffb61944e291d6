/** Sense of what an endpoint says beyond its request: errors name parameters, polls have a clock, auth exists. */
import type { Endpoint, Integration } from './manifest.ts'
import type { Report } from './parameter.ts'
import { suggest } from './suggest.ts'
import { isDeniedHeader } from './target-rules.ts'

type Rule = (endpoint: Endpoint, integration: Integration | undefined, report: Report) => void

/** Sentence → check. */
const rules: Record<string, Rule> = {
  'an error rule blames a parameter that exists': (endpoint, _, report) => {
    const names = Object.keys(endpoint.input['properties'] as object)
    for (const [index, { param }] of endpoint.errors.entries()) {
      if (param === undefined || names.includes(param)) continue
      const details = { param, suggestion: suggest(param, names, 'Parameters') }
      report('SKILL_MAPPING_UNKNOWN_PARAMETER', ['errors', index, 'param'], details)
    }
  },
  'a way to sign in exists': (endpoint, integration, report) => {
    const { id } = endpoint.auth ?? {}
    const known = integration?.auth.map((auth) => auth.id) ?? []
    if (!integration || id === undefined || known.includes(id)) return
    const details = {
      key: 'auth',
      value: JSON.stringify(id),
      suggestion: suggest(id, known, 'Ways to sign in'),
    }
    report('SKILL_WRONG_VALUE', ['auth'], details)
  },
  'an idempotency header may be set': ({ idempotency }, _, report) => {
    if (typeof idempotency !== 'object' || !isDeniedHeader(idempotency.header)) return
    report('SKILL_HEADER_DENIED', ['idempotency', 'header'], { header: idempotency.header })
  },
  'a poll has a clock': ({ async }, _, report) => {
    for (const key of ['every', 'timeout']) {
      const value = async?.[key]
      if (typeof value !== 'string') continue
      if (value.split('|').every((part) => /^\s*(retry-after|[0-9]{1,6}(ms|s|m|h))\s*$/.test(part))) continue
      const details = {
        key: `async.${key}`,
        value: JSON.stringify(value),
        reason: 'not a duration',
        remedy: 'Write it like 2s or retry-after|2s.',
      }
      report('SKILL_WRONG_FORM', ['async', key], details)
    }
  },
}

export function checkBehaviour(
  endpoint: Endpoint,
  integration: Integration | undefined,
  report: Report,
): void {
  for (const rule of Object.values(rules)) rule(endpoint, integration, report)
}
