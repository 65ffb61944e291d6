/**
 * Keeping connections alive. A refused token is renewed once, by one process, whoever else notices it meanwhile:
 * claim with a fence, heartbeat, journal, token request, compare and set. No database connection is held while the
 * service is awaited, and a token is stored before anybody uses it.
 *
 * Lost holders: one that was killed after it presented a refresh token may have spent it. Where a used token stays
 * good for a while, the next one presents it again at once; where its second use ends the grant, only after the
 * lost one had time to come back.
 */
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Auth, Integration } from '#manifest'
import type { Gateway } from '../app.ts'
import type { Credential } from '../credentials/vault.ts'
import {
  claimLease,
  endGrant,
  markSent,
  postpone,
  readLease,
  releaseLease,
  type Claim,
  type LeaseState,
} from '../db/leases.ts'
import { fault, Fault } from '../fault.ts'
import { newCallId } from '../ids.ts'
import type { Heartbeat } from './heartbeat.ts'
import { healFromCandidate } from './late-tokens.ts'
import { makeMisconfigurations } from './misconfigurations.ts'
import { makePersistence } from './persistence.ts'
import { renewalOf, type Held, type RenewalKind } from './renewal-kinds.ts'
import type { GrantAnswer } from './grant-answer.ts'

export interface Renewed {
  credential: Credential
  variables: Record<string, string>
  version: number
}

export interface RenewalRequest {
  held: Held
  integration: Integration
  auth: Auth
  /** Of the credential that the service refused. */
  version: number
  /** Of the connection. */
  variables: Record<string, string>
  /** The token is wanted before it was refused: its age does not matter. */
  early?: boolean
}

export interface Refresher {
  /**
   * The credential after the refused one.
   * @returns undefined when there will be none: the person has to connect again
   * @throws Fault upstream_unreachable, integration_misconfigured, audit_unavailable; the connection stays as it is
   */
  renew(request: RenewalRequest): Promise<Renewed | undefined>
  /** Gives up what could not be stored. */
  close(): void
}

/** How long a lost holder may still come back where a second use of the token would end the grant. */
const patienceSeconds = { none: 0, grace: 0, strict: 90 } as const

/** Holders lost in a row after which a grant counts as lost. */
const mostTakeovers = 1

/** Whoever waits for another's token request is told to come back after this long. */
const longestWaitMs = 40_000

export function makeRefresher(gatewayOf: () => Gateway, heartbeat: Heartbeat): Refresher {
  const underWay = new Map<string, Promise<Renewed | undefined>>()
  const misconfigurations = makeMisconfigurations()
  const persistence = makePersistence()

  async function run(request: RenewalRequest): Promise<Renewed | undefined> {
    const gateway = gatewayOf()
    const until = performance.now() + longestWaitMs
    for (;;) {
      const state = await readState(gateway, request)
      if (state === undefined) return undefined
      const renewed = await judge(gateway, request, state)
      if (renewed !== 'due') return renewed
      const access = openAccess(gateway, request, state)
      const kind = renewalOf(access)
      if (kind === undefined) return undefined
      const claim = await claimLease(
        gateway.sql,
        request.held.connectionId,
        request.version,
        patienceSeconds[kind.rotation],
      )
      if (claim !== undefined) {
        const done = await work(gateway, request, access.credential, state, kind, claim)
        if (done !== 'again') return done
      } else if (performance.now() > until) throw unreachable(request, 'its token is being renewed', 2_000)
      await delay(80 + randomInt(120))
    }
  }

  /** Under a claim: asks for tokens and stores them, or says why there are none. */
  async function work(
    gateway: Gateway,
    request: RenewalRequest,
    credential: Credential,
    state: LeaseState,
    kind: RenewalKind,
    claim: Claim,
  ): Promise<Renewed | undefined | 'again'> {
    const { held, integration, auth } = request
    const stop = heartbeat.keep(claim)
    let sent = false
    try {
      if (claim.takeovers > mostTakeovers && kind.rotation !== 'none') {
        await endGrant(gateway.sql, claim, 'refresh_lost')
        return 'again'
      }
      const app = await kind.app(gateway, integration)
      misconfigurations.check(integration, app)
      const id = newCallId()
      const call = {
        id,
        profileId: held.profileId,
        keyId: held.keyId,
        integration: integration.name,
        endpoint: 'oauth:refresh',
      }
      if (!(await markSent(gateway.sql, claim, kind.recorded ? call : null))) return 'again'
      sent = true
      const access = { auth, credential, variables: state.variables }
      const answer = await kind.exchange(gateway, integration, access, app, held, { id, keyId: held.keyId })
      if (answer.kind === 'tokens') {
        const merged = { ...credential, ...answer.credential }
        const version = await persistence.store(gateway, request, claim, merged, answer)
        return version === undefined ? 'again' : { credential: merged, variables: state.variables, version }
      }
      if (answer.kind === 'misconfigured') misconfigurations.note(gateway, integration, app, answer.error)
      return await failed(gateway, request, claim, answer)
    } catch (error) {
      // Nothing was presented: the next one need not wait.
      if (!sent) await releaseLease(gateway.sql, claim).catch(() => {})
      throw error
    } finally {
      stop()
    }
  }

  return {
    renew(request) {
      const name = `${request.held.connectionId} ${request.version}`
      let promise = underWay.get(name)
      if (promise === undefined) {
        promise = run(request)
          .catch((error: unknown) => {
            if (error instanceof Fault) throw error
            throw fault('audit_unavailable', { cause: error })
          })
          .finally(() => underWay.delete(name))
        underWay.set(name, promise)
        // Whoever waited may be gone; the tokens are stored all the same.
        gatewayOf().underWay.track(promise.catch(() => {}))
      }
      return patiently(promise, request)
    },
    close: persistence.close,
  }
}

/** What cannot be stored yet is tried for as long as it takes; a caller is answered before that. */
async function patiently<Result>(work: Promise<Result>, request: RenewalRequest): Promise<Result> {
  const answered = new AbortController()
  const late = delay(longestWaitMs + 5_000, undefined, { signal: answered.signal }).then(() => {
    throw unreachable(request, 'its token is being renewed', 2_000)
  })
  return Promise.race([work, late]).finally(() => answered.abort())
}

async function readState(gateway: Gateway, { held }: RenewalRequest): Promise<LeaseState | undefined> {
  return readLease(gateway.sql, held.connectionId)
}

/** @returns 'due' when tokens have to be fetched */
async function judge(
  gateway: Gateway,
  request: RenewalRequest,
  state: LeaseState,
): Promise<Renewed | undefined | 'due'> {
  const { version } = state.credential
  if (version !== request.version) {
    const { credential } = openAccess(gateway, request, state)
    return { credential, variables: state.variables, version }
  }
  if (state.ended === 'refresh_lost') return healFromCandidate(gateway, request, state)
  if (state.ended !== null || (state.young && request.early !== true)) return undefined
  if (state.waitMs > 0) throw unreachable(request, 'its token endpoint asked to wait', state.waitMs)
  return 'due'
}

function openAccess(gateway: Gateway, { held, auth }: RenewalRequest, state: LeaseState) {
  const owner = { profileId: held.profileId, connectionId: held.connectionId }
  return { auth, credential: gateway.vault.open(owner, state.credential), variables: state.variables }
}

async function failed(
  gateway: Gateway,
  request: RenewalRequest,
  claim: Claim,
  answer: Exclude<GrantAnswer, { kind: 'tokens' }>,
): Promise<'again'> {
  if (answer.kind === 'refused') {
    // After a lost holder the token was probably spent by it, which is another story than a person's revocation.
    await endGrant(gateway.sql, claim, claim.takeovers > 0 ? 'refresh_lost' : 'invalid_grant')
    return 'again'
  }
  if (answer.kind === 'misconfigured') {
    await releaseLease(gateway.sql, claim)
    throw misconfigured(request.integration)
  }
  const waitMs = await postpone(gateway.sql, claim, answer.retryAfterMs)
  throw unreachable(request, 'its token could not be renewed just now', waitMs)
}

export function misconfigured(integration: Integration): Fault {
  return fault('integration_misconfigured', {
    fill: { integration: integration.title, reason: 'the service refuses its OAuth app' },
  })
}

function unreachable({ integration }: RenewalRequest, reason: string, waitMs: number): Fault {
  return fault('upstream_unreachable', {
    fill: { integration: integration.title, reason },
    retry_after_ms: waitMs,
  })
}
