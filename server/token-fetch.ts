/**
 * Fetching the token of a connection whose way fetches its own (credentials/renewal.ts): recorded as a call before
 * anything is sent, charged to nobody.
 */
import type { Integration } from '#manifest'
import type { Gateway } from './app.ts'
import type { Caller } from './connecting.ts'
import type { Access } from './credentials/authorize.ts'
import { renew, type Renewed } from './credentials/renewal.ts'
import { TokenUnavailable } from './credentials/token-answer.ts'
import { recordCall } from './db/calls.ts'
import { fault } from './fault.ts'
import { newCallId } from './ids.ts'
import { noteOutcome } from './recorded.ts'

/** What the audit log calls it; no endpoint of a skill can have this name. */
const endpoint = 'auth:token'

/** @throws CredentialRefused when the service does not accept the credential; Fault as `Road.travel` does */
export async function fetchToken(
  gateway: Gateway,
  integration: Integration,
  access: Access,
  { profileId, keyId }: Caller,
  connectionId: string | null,
): Promise<Renewed> {
  return renew(access, async (request) => {
    const id = newCallId()
    const row = { id, profileId, keyId, connectionId, integration: integration.name, endpoint }
    await recordCall(gateway.sql, row).catch((cause: unknown) => {
      throw fault('audit_unavailable', { cause })
    })
    return noteOutcome(gateway, { id, keyId }, request.body, () => gateway.road.reach(integration, request))
  }).catch((error: unknown) => {
    if (!(error instanceof TokenUnavailable)) throw error
    const fill = { integration: integration.title, reason: error.message }
    const { retryAfterMs } = error
    throw fault('upstream_unreachable', {
      fill,
      cause: error,
      ...(retryAfterMs === null ? {} : { retry_after_ms: retryAfterMs }),
    })
  })
}
