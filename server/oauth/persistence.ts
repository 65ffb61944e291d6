/**
 * Storing fetched tokens, which may be the only copy of a grant: tried again for as long as the process lives. What
 * finds its place taken is kept as a candidate, or given back to the service when the connection is gone.
 */
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Gateway } from '../app.ts'
import type { Credential } from '../credentials/vault.ts'
import { storeTokens, type Claim } from '../db/leases.ts'
import type { Tokens } from './grant-answer.ts'
import { keepLateTokens } from './late-tokens.ts'
import type { RenewalRequest } from './refresh.ts'
import { oauthSettings } from './settings.ts'

export interface Persistence {
  /** @returns the version stored; undefined when the place was taken */
  store(
    gateway: Gateway,
    request: RenewalRequest,
    claim: Claim,
    credential: Credential,
    tokens: Tokens,
  ): Promise<number | undefined>
  close(): void
}

const longestPauseMs = 5_000

export function makePersistence(): Persistence {
  let closed = false

  /** @throws what the last try threw, once closed */
  async function insist<Result>(work: () => Promise<Result>): Promise<Result> {
    for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        return await work()
      } catch (error) {
        if (closed) throw error
        await delay(pauseMs + randomInt(pauseMs))
      }
    }
  }

  return {
    async store(gateway, request, claim, credential, tokens) {
      const { held, auth } = request
      const owner = { profileId: held.profileId, connectionId: held.connectionId }
      const sealed = gateway.vault.seal(owner, credential)
      const { scopes } = tokens
      const asked = oauthSettings(auth).default_scopes
      const facts = {
        expiresIn: tokens.expiresIn,
        scopes: scopes && {
          scopesGranted: scopes,
          scopesLost: asked.filter((scope) => !scopes.includes(scope)),
        },
      }
      const version = await insist(() => storeTokens(gateway.sql, claim, sealed, facts))
      if (version === undefined) await insist(() => keepLateTokens(gateway, request, claim, credential))
      return version
    },
    close: () => (closed = true),
  }
}
