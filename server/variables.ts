/** A connection's variables as its owner gives them: checked against the skill before anything is done with them. */
import { RE2JS } from 're2js'
import type { Integration } from '#manifest'
import type { Complaint } from './fault.ts'
import { badRequest } from './http/input.ts'
import { fillVariables } from './request/build.ts'

/** A variable becomes part of a host or a header: letters, digits and what host names and ids need. */
const safe = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253}[A-Za-z0-9])?$/

/** @throws Fault bad_request with every variable that is missing, unknown or malformed */
export function readVariables(
  integration: Integration,
  given: Record<string, unknown>,
): Record<string, string> {
  const complaints: Complaint[] = Object.keys(given)
    .filter((name) => integration.variables[name]?.from !== 'user')
    .map((name) => ({ path: `variables.${name}`, message: 'is not a variable of this integration' }))
  const values: Record<string, string> = {}
  for (const [name, variable] of Object.entries(integration.variables)) {
    const value = variable.from === 'static' ? variable.value : given[name]
    if (variable.from !== 'static' && variable.from !== 'user') continue
    const fits =
      typeof value === 'string' &&
      safe.test(value) &&
      endsIn(value, variable.host_suffix) &&
      (variable.pattern === undefined || RE2JS.compile(variable.pattern).matcher(value).find())
    if (fits) values[name] = value
    else complaints.push({ path: `variables.${name}`, message: wants(variable) })
  }
  if (complaints.length === 0 && !isHostKept(integration.base_url, values))
    complaints.push({ path: 'variables', message: 'must make a host in its usual spelling' })
  if (complaints.length > 0) throw badRequest('see fields', complaints)
  return values
}

/** URLs read 0x7f.1 and 2130706433 as 127.0.0.1: another host than the one that the skill allows. */
function isHostKept(baseUrl: string, values: Record<string, string>): boolean {
  const url = fillVariables(baseUrl, values)
  const written = /^https?:\/\/([^/?#:]*)/.exec(url)?.[1]?.toLowerCase()
  return URL.canParse(url) && new URL(url).hostname === written
}

/** A host, or part of one, below the suffix; `.example.com` and `example.com` both mean below example.com. */
function endsIn(value: string, suffix: string | undefined): boolean {
  return suffix === undefined || value.toLowerCase().endsWith(`.${suffix.replace(/^\./, '').toLowerCase()}`)
}

function wants({ title, example }: { title?: string; example?: string }): string {
  return `must be ${title ?? 'a short name'}${example === undefined ? '' : `, such as ${example}`}`
}
