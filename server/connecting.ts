/**
 * Connecting an account by a secret that a person has: choose the way, check the secret against the skill's
 * fields, ask the service who it belongs to, then store it sealed.
 */
import type { Auth, Integration } from '#manifest'
import type { Gateway } from './app.ts'
import type { Operation } from './catalogue/catalogue.ts'
import type { Access } from './credentials/authorize.ts'
import { Secret } from './credentials/secret.ts'
import type { Credential } from './credentials/vault.ts'
import { recordCall } from './db/calls.ts'
import { fault, type Complaint } from './fault.ts'
import { badRequest } from './http/input.ts'
import { newCallId } from './ids.ts'
import { travelRecorded } from './recorded.ts'
import { selectText } from './select.ts'
import type { UpstreamAnswer } from './upstream/client.ts'

/** Ways whose credential is what the person enters. */
const entered = new Set<Auth['type']>(['api_key', 'bearer', 'basic'])

/**
 * @param id what the caller asked for; undefined takes the integration's only way
 * @throws Fault bad_request naming the ways there are
 */
export function chooseAuth(integration: Integration, id: string | undefined): Auth {
  const ways = integration.auth.filter((auth) => entered.has(auth.type))
  const chosen = id === undefined && ways.length === 1 ? ways[0] : ways.find((auth) => auth.id === id)
  if (chosen !== undefined) return chosen
  const names = ways.map((auth) => auth.id).join(', ')
  const message = names === '' ? `${integration.title} needs no credential` : `must be one of ${names}`
  throw badRequest('see fields', [{ path: 'auth', message }])
}

/**
 * @param secret the text itself where the way has one secret field, else an object of its fields
 * @throws Fault bad_request with every field that is missing, unknown or malformed; never repeats a value
 */
export function readCredential(auth: Auth, secret: unknown): Credential {
  const names = Object.keys(auth.fields)
  const given = typeof secret === 'string' && names.length === 1 ? { [names[0]!]: secret } : secret
  if (typeof given !== 'object' || given === null)
    throw badRequest('see fields', [
      { path: 'secret', message: `must be an object with ${names.join(', ')}` },
    ])
  const fields = new Map(Object.entries(given))
  const complaints: Complaint[] = [...fields.keys()]
    .filter((name) => !Object.hasOwn(auth.fields, name))
    .map((name) => ({
      path: `secret.${name}`,
      message: `is not a field here; there are ${names.join(', ')}`,
    }))
  for (const name of names) {
    const value = fields.get(name)
    // Whatever is injected into a header has to be sendable: RFC 9110 field values, no line breaks.
    if (typeof value !== 'string' || !/^[\x21-\x7e](?:[\x20-\x7e]{0,8190}[\x21-\x7e])?$/.test(value))
      complaints.push({ path: `secret.${name}`, message: 'must be 1 to 8192 plain ASCII characters' })
  }
  if (complaints.length > 0) throw badRequest('see fields', complaints)
  return Object.fromEntries(names.map((name) => [name, new Secret(fields.get(name) as string)]))
}

/** Who makes the "who am I" call, for the audit row. */
export interface Caller {
  profileId: string
  keyId: string
}

/**
 * Asks the service whose credential this is. The call is recorded first and charged to nobody.
 * @returns the identity; null when the skill names no such call
 * @throws Fault bad_request when the service refuses the credential, or the road's own faults
 */
export async function identify(
  gateway: Gateway,
  integration: Integration,
  access: Access,
  caller: Caller,
  connectionId: string | null,
): Promise<string | null> {
  const { verify } = integration
  const operation =
    verify && gateway.catalogue.operation(integration.name, verify.endpoint.split('/').at(-1)!)
  if (verify === undefined || operation === undefined) return null
  const answer = await ask(gateway, operation, access, caller, connectionId)
  if (answer.status === 401 || answer.status === 403)
    throw badRequest('see fields', [
      { path: 'secret', message: `is refused by ${integration.title} (status ${answer.status})` },
    ])
  if (answer.status >= 400)
    throw fault('upstream_unreachable', {
      fill: { integration: integration.title, reason: `it answered with status ${answer.status}` },
    })
  return selectText(answer.body, verify.identity)
}

async function ask(
  gateway: Gateway,
  operation: Operation,
  access: Access,
  { profileId, keyId }: Caller,
  connectionId: string | null,
): Promise<UpstreamAnswer> {
  const built = operation.build({})
  if (built.complaints !== undefined) throw fault('internal', { cause: new Error('verify needs parameters') })
  const id = newCallId()
  const { name: endpoint, integration } = operation.endpoint
  await recordCall(gateway.sql, { id, profileId, keyId, connectionId, integration, endpoint }).catch(
    (cause: unknown) => {
      throw fault('audit_unavailable', { cause })
    },
  )
  return travelRecorded(gateway, { id, keyId }, operation, built.request, () => access)
}
