/**
 * Connecting an account by a secret that a person has: choose the way, check the secret against the skill's
 * fields, ask the service who it belongs to, then store it sealed.
 */
import { RE2JS } from 're2js'
import type { Auth, AuthField, Integration } from '#manifest'
import type { Gateway } from './app.ts'
import type { Operation } from './catalogue/catalogue.ts'
import type { Access } from './credentials/authorize.ts'
import { isPrivateKey } from './credentials/private-key.ts'
import { isRenewable } from './credentials/renewal.ts'
import { Secret } from './credentials/secret.ts'
import { CredentialRefused } from './credentials/token-answer.ts'
import type { Credential } from './credentials/vault.ts'
import { recordCall } from './db/calls.ts'
import type { TokenFacts } from './db/connections.ts'
import { fault, type Complaint } from './fault.ts'
import { badRequest, label } from './http/input.ts'
import { newCallId } from './ids.ts'
import { fetchVariables, variablesOfAnswer } from './oauth/fetched-variables.ts'
import { noteOutcome } from './recorded.ts'
import { sendRenewing } from './renewing.ts'
import { selectText } from './select.ts'
import { fetchToken } from './token-fetch.ts'
import type { UpstreamAnswer } from './upstream/client.ts'

/** Ways whose credential is what the person enters. */
const entered = new Set<Auth['type']>([
  'api_key',
  'bearer',
  'basic',
  'client_credentials',
  'jwt',
  'two_step',
  'oauth1',
  'aws_sigv4',
])

/**
 * @param id what the caller asked for; undefined takes the integration's only way of the kind
 * @param bySecret the caller has a secret; without one a person is asked, where the integration has such a way
 * @throws Fault bad_request naming the ways there are
 */
export function chooseAuth(integration: Integration, id: string | undefined, bySecret: boolean): Auth {
  const asking = integration.auth.filter((auth) => auth.type === 'oauth2')
  const telling = integration.auth.filter((auth) => entered.has(auth.type))
  const ways = bySecret ? telling : id === undefined && asking.length > 0 ? asking : [...asking, ...telling]
  const chosen = id === undefined && ways.length === 1 ? ways[0] : ways.find((auth) => auth.id === id)
  if (chosen?.settings['role_arn'] !== undefined)
    throw badRequest('see fields', [
      {
        path: 'auth',
        message: 'assumes a role, which this gateway cannot; choose a way with keys of its own',
      },
    ])
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
    // A key file of a service account is taken whole; only what the skill names is kept of it.
    .filter((name) => !Object.hasOwn(auth.fields, name) && auth.type !== 'jwt')
    .map((name) => ({
      path: `secret.${name}`,
      message: `is not a field here; there are ${names.join(', ')}`,
    }))
  for (const name of names) {
    const wants = complaintAbout(fields.get(name), auth.fields[name]!)
    if (wants !== null) complaints.push({ path: `secret.${name}`, message: wants })
  }
  if (complaints.length > 0) throw badRequest('see fields', complaints)
  return Object.fromEntries(names.map((name) => [name, new Secret(fields.get(name) as string)]))
}

/** Whatever is injected into a header has to be sendable: RFC 9110 field values, no line breaks. */
const sendable = /^[\x21-\x7e](?:[\x20-\x7e]{0,8190}[\x21-\x7e])?$/

function complaintAbout(value: unknown, field: AuthField): string | null {
  if (typeof value === 'string' && value.includes('-----BEGIN'))
    return isPrivateKey(value) ? null : 'is not a private key that can be read'
  if (typeof value !== 'string' || !sendable.test(value)) return 'must be 1 to 8192 plain ASCII characters'
  const { pattern, title } = field
  if (pattern === undefined || RE2JS.compile(pattern).matcher(value).find()) return null
  return `does not look like ${title}`
}

/** Who makes the "who am I" call, for the audit row. */
export interface Caller {
  profileId: string
  /** null: a person, in a browser. */
  keyId: string | null
}

/**
 * The access as it is to be stored: with its first token where its way fetches one, and with the variables that the
 * service tells.
 * @throws Fault bad_request when the service refuses what was entered, or the road's own faults
 */
export async function complete(
  gateway: Gateway,
  integration: Integration,
  access: Access,
  caller: Caller,
): Promise<{ access: Access; tokens?: TokenFacts }> {
  if (!isRenewable(access)) return { access: await withVariables(gateway, integration, access, caller, {}) }
  const fetched = await fetchToken(gateway, integration, access, caller, null).catch((error: unknown) => {
    if (!(error instanceof CredentialRefused)) throw error
    throw badRequest('see fields', [
      { path: 'secret', message: `is refused by ${integration.title} (${error.message})` },
    ])
  })
  const { credential, expiresIn, document } = fetched
  const told = variablesOfAnswer(integration, document)
  const scopesGranted = (access.auth.settings['default_scopes'] ?? []) as string[]
  return {
    access: await withVariables(gateway, integration, { ...access, credential }, caller, told),
    tokens: { expiresIn, scopesGranted, scopesLost: [] },
  }
}

async function withVariables(
  gateway: Gateway,
  integration: Integration,
  access: Access,
  caller: Caller,
  told: Record<string, string>,
): Promise<Access> {
  const known = { ...access, variables: { ...access.variables, ...told } }
  const fetched = await fetchVariables(gateway, integration, known, caller)
  return { ...known, variables: { ...known.variables, ...fetched } }
}

/**
 * Asks the service whose credential this is. The call is recorded first and charged to nobody.
 * @param stored where the credential is kept; one that is not accepted any more is renewed then
 * @returns the identity; null when the skill names no such call or the answer tells none that people could read
 * @throws Fault bad_request when the service refuses the credential, or the road's own faults
 */
export async function identify(
  gateway: Gateway,
  integration: Integration,
  access: Access,
  caller: Caller,
  stored: { connectionId: string; version: number } | null,
): Promise<string | null> {
  const { verify } = integration
  const operation =
    verify && gateway.catalogue.operation(integration.name, verify.endpoint.split('/').at(-1)!)
  if (verify === undefined || operation === undefined) return null
  const answer = await ask(gateway, operation, access, caller, stored)
  if (answer.status === 401 || answer.status === 403)
    throw badRequest('see fields', [
      { path: 'secret', message: `is refused by ${integration.title} (status ${answer.status})` },
    ])
  if (answer.status >= 400)
    throw fault('upstream_unreachable', {
      fill: { integration: integration.title, reason: `it answered with status ${answer.status}` },
    })
  const identity = selectText(answer.body, verify.identity)
  return identity !== null && label.pattern.test(identity) ? identity : null
}

async function ask(
  gateway: Gateway,
  operation: Operation,
  access: Access,
  { profileId, keyId }: Caller,
  stored: { connectionId: string; version: number } | null,
): Promise<UpstreamAnswer> {
  const built = operation.build({})
  if (built.complaints !== undefined) throw fault('internal', { cause: new Error('verify needs parameters') })
  const id = newCallId()
  const { name: endpoint, integration } = operation.endpoint
  const connectionId = stored?.connectionId ?? null
  await recordCall(gateway.sql, { id, profileId, keyId, connectionId, integration, endpoint }).catch(
    (cause: unknown) => {
      throw fault('audit_unavailable', { cause })
    },
  )
  const send = (used: Access) => gateway.road.travel(operation, built.request, used)
  return noteOutcome(gateway, { id, keyId }, built.request.body, () => {
    if (stored === null) return send(access)
    const held = { profileId, keyId, connectionId: stored.connectionId }
    const known = { held, integration: operation.integration, access, version: stored.version }
    return sendRenewing(gateway, known, send)
  })
}
