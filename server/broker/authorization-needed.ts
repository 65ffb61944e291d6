/**
 * There is no token: what is told, and where a person has to go. The link is a page of ours, for whoever asked and
 * nobody else; it can be followed for a minute and connects once.
 */
import type { Gateway } from '../app.ts'
import type { Caller } from '../connecting.ts'
import { findEnded } from '../db/services.ts'
import { fault, Fault } from '../fault.ts'
import { beginAuthorization } from '../oauth/begin.ts'
import type { AskedService } from './asked-service.ts'

export type Lacking = 'authorization_needed' | 'expired' | 'revoked'

const linkSeconds = 60

export interface NoToken {
  status: Lacking
  problem: Fault
}

export async function authorizationNeeded(
  gateway: Gateway,
  caller: Caller,
  asked: AskedService,
): Promise<NoToken> {
  const { integration, account, identifier, service } = asked
  const wanted = { integration: integration.name, account, identifier }
  const ended = await findEnded(gateway.sql, caller.profileId, wanted)
  const status =
    ended === undefined ? 'authorization_needed' : ended.status === 'revoked' ? 'revoked' : 'expired'
  const link = await makeLink(gateway, caller, asked, ended?.account ?? account)
  const until =
    link.until === null
      ? ''
      : `; the link can be followed until ${link.until.toISOString()} and connects once`
  const problem = fault(status === 'authorization_needed' ? 'integration_not_connected' : 'token_expired', {
    fill: { integration: integration.title },
    action_url: link.url,
    fields: [{ path: 'service', message: `${service} is ${told[status]}` }],
    next: [{ command: `skillett token ${service}`, why: `once a person has connected it${until}` }],
  })
  return { status, problem }
}

const told: Record<Lacking, string> = {
  authorization_needed: 'not connected yet',
  expired: 'connected with a credential that no longer works',
  revoked: 'connected with a credential that was revoked',
}

/** Where a person goes. Without an OAuth way that needs nothing first, the page with all ways, which has no end. */
async function makeLink(
  gateway: Gateway,
  { profileId, keyId }: Caller,
  { integration, identifier }: AskedService,
  account: string | null,
): Promise<{ url: string; until: Date | null }> {
  const page = { url: `${gateway.publicUrl()}/connect/${integration.name}`, until: null }
  const auth = integration.auth.find(({ type }) => type === 'oauth2')
  if (auth === undefined || Object.values(integration.variables).some(({ from }) => from === 'user'))
    return page
  const wish = { profileId, keyId, integration, auth, account, identifier, variables: {} }
  try {
    const begun = await beginAuthorization(gateway, wish, linkSeconds)
    return { url: begun.oauth_url, until: begun.expires_at }
  } catch (error) {
    if (error instanceof Fault && error.code === 'integration_misconfigured') return page
    throw error
  }
}
