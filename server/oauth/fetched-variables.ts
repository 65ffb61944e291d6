/** Variables of a connection that the service tells: in its token answer, or asked for after connecting. */
import { RE2JS } from 're2js'
import type { Integration, Variable } from '#manifest'
import type { Gateway } from '../app.ts'
import type { Caller } from '../connecting.ts'
import type { Access } from '../credentials/authorize.ts'
import { recordCall } from '../db/calls.ts'
import { fault } from '../fault.ts'
import { newCallId } from '../ids.ts'
import { travelRecorded } from '../recorded.ts'
import { selectText, selectValue } from '../select.ts'

/** A variable becomes part of a host or a header: letters, digits and what host names and ids need. */
const safe = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253}[A-Za-z0-9])?$/

/** @throws Fault upstream_unreachable when the answer lacks one */
export function variablesOfAnswer(integration: Integration, document: unknown): Record<string, string> {
  return collect(integration, 'token_response', (variable) => {
    const value = selectValue(document, variable.select ?? '')
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null
  })
}

/** Makes the calls that `post_connect` variables name, each recorded first. */
export async function fetchVariables(
  gateway: Gateway,
  integration: Integration,
  access: Access,
  caller: Caller,
): Promise<Record<string, string>> {
  const answers = new Map<Variable, Buffer>()
  for (const variable of Object.values(integration.variables)) {
    if (variable.from !== 'post_connect' || variable.request === undefined) continue
    const { path, method = 'GET' } = variable.request
    const id = newCallId()
    const row = {
      id,
      ...caller,
      connectionId: null,
      integration: integration.name,
      endpoint: 'oauth:variables',
    }
    await recordCall(gateway.sql, row).catch((cause: unknown) => {
      throw fault('audit_unavailable', { cause })
    })
    const request = { method, path, headers: { ...integration.headers }, body: null }
    const call = { id, keyId: caller.keyId }
    const answer = await travelRecorded(gateway, call, { integration }, request, () => access)
    if (answer.status < 400) answers.set(variable, answer.body)
  }
  return collect(integration, 'post_connect', (variable) => {
    const body = answers.get(variable)
    return body === undefined ? null : selectText(body, variable.select ?? '')
  })
}

function collect(
  integration: Integration,
  from: Variable['from'],
  valueOf: (variable: Variable) => string | null,
): Record<string, string> {
  const wanted = Object.entries(integration.variables).filter(([, variable]) => variable.from === from)
  return Object.fromEntries(
    wanted.map(([name, variable]) => {
      const value = fit(variable, valueOf(variable))
      if (value !== null) return [name, value]
      throw fault('upstream_unreachable', {
        fill: {
          integration: integration.title,
          reason: `its answer has no usable ${variable.title ?? name}`,
        },
      })
    }),
  )
}

/** A URL is taken for its host where the skill says what hosts end in. */
function fit({ host_suffix: suffix, pattern }: Variable, found: string | null): string | null {
  if (found === null) return null
  const value = suffix !== undefined && URL.canParse(found) ? new URL(found).host : found
  if (!safe.test(value)) return null
  if (suffix !== undefined && !value.toLowerCase().endsWith(suffix.toLowerCase())) return null
  return pattern === undefined || RE2JS.compile(pattern).matcher(value).find() ? value : null
}
