/**
 * A token request that is recorded before it is sent, like every use of a credential, and whose outcome is noted
 * after it. Whatever keeps it from being answered is transient.
 */
import type { Auth, Integration } from '#manifest'
import type { Gateway } from '../app.ts'
import type { TokenRequest } from '../credentials/token-request.ts'
import { recordCall } from '../db/calls.ts'
import { fault, Fault } from '../fault.ts'
import { newCallId } from '../ids.ts'
import { noteOutcome, type RecordedCall } from '../recorded.ts'
import { readGrant, type GrantAnswer } from './grant-answer.ts'
import { oauthSettings } from './settings.ts'

export interface Occasion {
  profileId: string
  /** null: no key asked for it. */
  keyId: string | null
  connectionId: string | null
  /** What the audit log calls it; no endpoint of a skill can have such a name. */
  endpoint: 'oauth:code' | 'oauth:refresh' | 'oauth:revoke'
}

/** @throws Fault audit_unavailable; then nothing was sent */
export async function sendGrant(
  gateway: Gateway,
  integration: Integration,
  auth: Auth,
  request: TokenRequest,
  occasion: Occasion,
): Promise<GrantAnswer> {
  const id = newCallId()
  await recordCall(gateway.sql, { id, integration: integration.name, ...occasion }).catch(
    (cause: unknown) => {
      throw fault('audit_unavailable', { cause })
    },
  )
  return sendRecorded(gateway, integration, auth, request, { id, keyId: occasion.keyId })
}

/** For a request whose row is there already. */
export async function sendRecorded(
  gateway: Gateway,
  integration: Integration,
  auth: Auth,
  request: TokenRequest,
  call: RecordedCall,
): Promise<GrantAnswer> {
  try {
    const reach = () => gateway.road.reach(integration, request)
    return readGrant(oauthSettings(auth), await noteOutcome(gateway, call, request.body, reach))
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { kind: 'transient', reason: error.code, retryAfterMs: null }
  }
}
