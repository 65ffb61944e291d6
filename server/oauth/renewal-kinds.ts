/** How the next tokens of a connection are fetched, by its way to sign in. One row a type. */
import type { AuthType, Integration } from '#manifest'
import type { Gateway } from '../app.ts'
import type { Access } from '../credentials/authorize.ts'
import { isRenewable } from '../credentials/renewal.ts'
import { CredentialRefused } from '../credentials/token-answer.ts'
import { Fault } from '../fault.ts'
import type { RecordedCall } from '../recorded.ts'
import { fetchToken } from '../token-fetch.ts'
import type { OAuthApp } from './apps.ts'
import { appOf } from './begin.ts'
import type { GrantAnswer } from './grant-answer.ts'
import { refreshRequest } from './grants.ts'
import { sendRecorded } from './recorded-grant.ts'
import { oauthSettings, type RefreshSettings } from './settings.ts'

/** A connection whose token the service refused, and who noticed. */
export interface Held {
  profileId: string
  /** null: no key asked. */
  keyId: string | null
  connectionId: string
}

export interface RenewalKind {
  rotation: RefreshSettings['rotation']
  /** The OAuth app that asks; null for connections that hold all it takes. */
  app(gateway: Gateway, integration: Integration): Promise<OAuthApp | null>
  /** Whether the refresher writes the audit row with its journal; otherwise `exchange` writes its own. */
  recorded: boolean
  exchange(
    gateway: Gateway,
    integration: Integration,
    access: Access,
    app: OAuthApp | null,
    held: Held,
    call: RecordedCall,
  ): Promise<GrantAnswer>
}

/** @returns undefined when nothing can be fetched: the person has to connect again */
export function renewalOf(access: Access): RenewalKind | undefined {
  return kinds[access.auth.type]?.(access)
}

const kinds: Partial<Record<AuthType, (access: Access) => RenewalKind | undefined>> = {
  oauth2: (access) =>
    access.credential['refresh_token'] === undefined
      ? undefined
      : {
          rotation: oauthSettings(access.auth).refresh.rotation,
          recorded: true,
          app: appOf,
          exchange: refreshGrant,
        },
  client_credentials: ownToken,
  jwt: ownToken,
  two_step: ownToken,
}

const refreshGrant: RenewalKind['exchange'] = async (gateway, integration, access, app, _held, call) => {
  const client = { auth: access.auth, app: app!, variables: access.variables }
  return sendRecorded(
    gateway,
    integration,
    access.auth,
    await refreshRequest(client, access.credential),
    call,
  )
}

/** What the person entered fetches a token at any time; nothing is used up by it. */
function ownToken(access: Access): RenewalKind | undefined {
  if (!isRenewable(access)) return undefined
  return {
    rotation: 'none',
    recorded: false,
    app: async () => null,
    exchange: async (gateway, integration, _access, _app, held, _call): Promise<GrantAnswer> => {
      try {
        const { profileId, keyId, connectionId } = held
        const caller = { profileId, keyId }
        const { credential, expiresIn } = await fetchToken(gateway, integration, access, caller, connectionId)
        return { kind: 'tokens', credential, expiresIn, scopes: null, document: null }
      } catch (error) {
        if (error instanceof CredentialRefused) return { kind: 'refused', error: 'invalid_grant' }
        if (error instanceof Fault)
          return {
            kind: 'transient',
            reason: error.code,
            retryAfterMs: error.details.retry_after_ms ?? null,
          }
        throw error
      }
    },
  }
}
