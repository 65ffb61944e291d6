/**
 * Ending a grant at the service when its connection is removed: RFC 7009, or the way that the skill describes. It is
 * queued with a sealed copy of the credential and tried until the service has taken it.
 */
import type { Auth, Integration } from '#manifest'
import type { Gateway } from '../app.ts'
import { fillMap, fillSecrets } from '../credentials/template.ts'
import { authenticateClient, tokenRequest, type TokenRequest } from '../credentials/token-request.ts'
import type { Credential, Owner } from '../credentials/vault.ts'
import { recordCall } from '../db/calls.ts'
import {
  deleteRevocation,
  insertRevocation,
  postponeRevocation,
  takeDueRevocations,
  type Revocation,
} from '../db/revocations.ts'
import { Fault } from '../fault.ts'
import { newCallId, newId } from '../ids.ts'
import { noteOutcome } from '../recorded.ts'
import { readRetryAfter } from './grant-answer.ts'
import { accessOf, type Client } from './grants.ts'
import type { Held } from './renewal-kinds.ts'

export interface Revocable {
  held: Held
  integration: Integration
  auth: Auth
  variables: Record<string, string>
}

/** How a skill describes another way than RFC 7009. */
interface OtherWay {
  url: string
  method?: string
  client_auth?: string
  body?: 'form' | 'json' | 'none'
  params?: Record<string, string>
  headers?: Record<string, string>
}

export interface Revoker {
  /** Looks for what is due now. */
  wake(): void
  close(): void
}

/** @returns null when the skill knows no way to end a grant */
export function revocationOf(gateway: Gateway, what: Revocable, credential: Credential): Revocation | null {
  const { held, integration, auth, variables } = what
  const { revocation_url: url, revocation } = auth.settings
  if (auth.type !== 'oauth2' || (typeof url !== 'string' && revocation === undefined)) return null
  const id = newId('rev')
  const sealed = gateway.vault.seal(ownerOf(held.profileId, id), credential)
  return { id, ...held, integration: integration.name, auth: auth.id, variables, sealed }
}

export async function queueRevocation(
  gateway: Gateway,
  what: Revocable,
  credential: Credential,
): Promise<void> {
  const revocation = revocationOf(gateway, what, credential)
  if (revocation === null) return
  await insertRevocation(gateway.sql, revocation)
  gateway.revoker.wake()
}

const everyMs = 15_000

export function makeRevoker(gatewayOf: () => Gateway): Revoker {
  let working = false
  let again = false
  const work = async (): Promise<void> => {
    const gateway = gatewayOf()
    let due: Revocation[]
    do {
      again = false
      due = await takeDueRevocations(gateway.sql)
      await Promise.all(due.map((revocation) => revoke(gateway, revocation)))
    } while (again || due.length > 0)
  }
  const wake = (): void => {
    again = true
    if (working) return
    working = true
    const done = work()
      .catch((error: unknown) => gatewayOf().warn('revocations wait', { reason: String(error) }))
      .finally(() => (working = false))
    gatewayOf().underWay.track(done)
  }
  const timer = setInterval(wake, everyMs)
  timer.unref()
  return { wake, close: () => clearInterval(timer) }
}

async function revoke(gateway: Gateway, due: Revocation): Promise<void> {
  const integration = gateway.catalogue.integration(due.integration)
  const auth = integration?.auth.find((entry) => entry.id === due.auth)
  if (integration === undefined || auth === undefined) return postponeRevocation(gateway.sql, due.id, null)
  const app = await gateway.oauthApps.find(integration.name)
  if (app === undefined) return postponeRevocation(gateway.sql, due.id, null)
  const credential = gateway.vault.open(ownerOf(due.profileId, due.id), { ...due.sealed, version: 1 })
  const request = await revocationRequest({ auth, app, variables: due.variables }, credential)
  const id = newCallId()
  const { profileId, keyId, connectionId } = due
  const row = { id, profileId, keyId, connectionId, integration: integration.name, endpoint: 'oauth:revoke' }
  await recordCall(gateway.sql, row)
  try {
    const answer = await noteOutcome(gateway, { id, keyId }, request.body, () =>
      gateway.road.reach(integration, request),
    )
    const later = answer.status >= 500 || [401, 408, 429].includes(answer.status)
    if (!later) return await deleteRevocation(gateway.sql, due.id)
    await postponeRevocation(gateway.sql, due.id, readRetryAfter(answer.headers))
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    await postponeRevocation(gateway.sql, due.id, null)
  }
}

/** The refresh token where there is one: with it the whole grant ends. */
export async function revocationRequest(client: Client, credential: Credential): Promise<TokenRequest> {
  const { settings } = client.auth
  const other = settings['revocation'] as OtherWay | undefined
  const asApp = accessOf(client)
  const known = { ...asApp, credential: { ...asApp.credential, ...credential } }
  const fill = (template: string): string => fillSecrets(template, known)
  if (other === undefined) {
    const kind = credential['refresh_token'] === undefined ? 'access_token' : 'refresh_token'
    const access = withSettings(asApp, {
      token_url: settings['revocation_url'],
      client_auth: settings['client_auth'],
    })
    const { headers, fields } = await authenticateClient(access)
    return tokenRequest(
      access,
      { token: fill(`{${kind}}`), token_type_hint: kind, ...fields },
      {
        'user-agent': 'Skillett',
        ...headers,
      },
    )
  }
  const access = withSettings(asApp, {
    token_url: fill(other.url),
    client_auth: other.client_auth ?? 'none',
    token_body: other.body === 'json' ? 'json' : 'form',
  })
  const proof =
    other.client_auth === undefined ? { headers: {}, fields: {} } : await authenticateClient(access)
  const headers = { 'user-agent': 'Skillett', ...proof.headers, ...fillMap(other.headers ?? {}, fill) }
  const request = tokenRequest(access, { ...fillMap(other.params ?? {}, fill), ...proof.fields }, headers)
  return {
    ...request,
    method: other.method ?? 'POST',
    body: other.body === 'none' ? null : request.body,
  }
}

function withSettings<Known extends { auth: Auth }>(known: Known, settings: Record<string, unknown>): Known {
  return { ...known, auth: { ...known.auth, settings } }
}

function ownerOf(profileId: string, id: string): Owner {
  return { profileId, table: 'revocations', connectionId: id }
}
