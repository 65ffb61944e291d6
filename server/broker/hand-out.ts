/**
 * Handing out one token: admitted and recorded like a call, refreshed when it is about to expire, and never a
 * refresh token. Whoever gets it can do with it what its scopes allow, so the key needs the permission for it.
 */
import type { Auth } from '#manifest'
import type { Gateway } from '../app.ts'
import type { Caller } from '../connecting.ts'
import type { Access } from '../credentials/authorize.ts'
import { hasToken, tokenOf } from '../credentials/handed-out.ts'
import type { Admitted, SealedCredential } from '../db/admission.ts'
import { tokenLife, type TokenLife } from '../db/services.ts'
import { fault, Fault } from '../fault.ts'
import { admit } from '../http/caller.ts'
import { newCallId } from '../ids.ts'
import type { AskedService } from './asked-service.ts'
import { authorizationNeeded, type NoToken } from './authorization-needed.ts'

export interface HandedOut {
  status: 'active'
  service: string
  integration: string
  account: string
  identifier: string
  connection_id: string
  token: string
  /** RFC 3339; null where the service does not say. */
  expires_at: Date | null
  /** How long the script may keep it before it asks again. */
  cache_seconds: number
}

/** What the audit log calls it; no endpoint of a skill can have this name. */
const endpoint = 'broker:token'

/** A token with less than this is not worth handing out. */
const leastSeconds = 60

/**
 * @param keyHash of the caller's key, whose permission was checked
 * @throws Fault of admission, of the way, or of the refresh; what needs a person is returned
 */
export async function handOut(
  gateway: Gateway,
  keyHash: string,
  caller: Caller,
  asked: AskedService,
): Promise<HandedOut | NoToken> {
  const { integration, account, identifier, service } = asked
  if (!integration.auth.some(hasToken)) throw withoutToken(integration.title)
  const id = newCallId()
  const asker = {
    keyHash,
    integration: integration.name,
    account,
    identifier,
    writes: true,
    needsConnection: true,
  }
  const context = {
    integration: integration.name,
    title: integration.title,
    publicUrl: gateway.publicUrl(),
  }
  const admitted = await admit(gateway.admission, asker, { id, endpoint }, context).catch(
    (error: unknown) => {
      if (error instanceof Fault && error.code === 'integration_not_connected') return null
      throw error
    },
  )
  if (admitted === null) return authorizationNeeded(gateway, caller, asked)
  const started = performance.now()
  const note = (state: 'done' | 'failed', error: string | null): void =>
    gateway.outcomes.note({
      id,
      keyId: admitted.keyId,
      state,
      error,
      upstreamStatus: null,
      durationMs: Math.round(performance.now() - started),
      requestBytes: 0,
      responseBytes: 0,
    })
  try {
    const connection = admitted.connection!
    const auth = integration.auth.find((entry) => entry.id === connection.auth)
    if (auth === undefined || connection.sealed === null || !hasToken(auth))
      throw withoutToken(integration.title)
    const live = await liveAccess(gateway, { ...asked, auth }, admitted, connection.sealed)
    if (live === undefined) {
      note('failed', 'token_expired')
      return await authorizationNeeded(gateway, caller, { ...asked, account: connection.account })
    }
    const token = await tokenOf(live.access)
    note('done', null)
    return {
      status: 'active',
      service,
      integration: integration.name,
      account: connection.account,
      identifier,
      connection_id: connection.id,
      token,
      expires_at: live.life.until,
      cache_seconds: cacheLife(asked.cacheSeconds, live.life.seconds),
    }
  } catch (error) {
    note('failed', error instanceof Fault ? error.code : 'internal')
    throw error
  }
}

/**
 * The credential as it is stored, or the next one when it is about to expire; and how long that one lives.
 * @returns undefined when the service no longer accepts it, or it has expired and there will be no other
 */
async function liveAccess(
  gateway: Gateway,
  { integration, auth }: AskedService & { auth: Auth },
  { profileId, keyId, connection }: Admitted,
  sealed: SealedCredential,
): Promise<{ access: Access; life: TokenLife } | undefined> {
  const { id: connectionId, variables } = connection!
  if (connection!.status !== 'active') return undefined
  const held = { profileId, keyId, connectionId }
  const request = { held, integration, auth, variables, early: true }
  const opened = gateway.vault.open({ profileId, connectionId }, sealed)
  let present = { credential: opened, variables, version: sealed.version }
  for (let renewals = 0; ;) {
    const life = await tokenLife(gateway.sql, connectionId)
    if (life === undefined) return undefined
    const { seconds } = life
    const access = { auth, credential: present.credential, variables: present.variables }
    // Somebody may have renewed it since admission; what is known of its life is then that of the next one.
    const isStale = life.version !== present.version
    if (!isStale && (seconds === null || seconds > leastSeconds || renewals > 0)) return { access, life }
    const renewed = await gateway.refresher
      .renew({ ...request, version: present.version })
      .catch((error: unknown) => {
        if (!isStale && seconds !== null && seconds > 0) return undefined
        throw error
      })
    // A token that still lives is better than none.
    if (renewed === undefined)
      return !isStale && seconds !== null && seconds > 0 ? { access, life } : undefined
    if (!isStale) renewals += 1
    present = renewed
  }
}

/** As configured, and never beyond what the token lives. */
function cacheLife(configured: number, seconds: number | null): number {
  return seconds === null ? configured : Math.max(0, Math.min(configured, Math.floor(seconds) - leastSeconds))
}

function withoutToken(title: string): Fault {
  return fault('forbidden', {
    fill: {
      reason: `${title} is connected in a way that has no token of its own; call its endpoints instead`,
    },
  })
}
