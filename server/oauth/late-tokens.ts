/**
 * Tokens that came too late: another holds the fence, or the connection is not what it was. They are kept as a
 * candidate, and tried once when the grant would otherwise be lost.
 */
import type { Gateway } from '../app.ts'
import type { Credential, Owner } from '../credentials/vault.ts'
import type { Claim, LeaseState } from '../db/leases.ts'
import { healGrant, saveCandidate, takeCandidate } from '../db/token-candidates.ts'
import { setConnectionStatus } from '../db/connections.ts'
import { newId } from '../ids.ts'
import type { Renewed, RenewalRequest } from './refresh.ts'
import { queueRevocation } from './revoke.ts'

export async function keepLateTokens(
  gateway: Gateway,
  request: RenewalRequest,
  claim: Claim,
  credential: Credential,
): Promise<void> {
  const { held, integration } = request
  const id = newId('tok')
  const sealed = gateway.vault.seal(ownerOf(request, id), credential)
  const candidate = { id, connectionId: held.connectionId, basedOn: claim.version, sealed }
  if (await saveCandidate(gateway.sql, candidate))
    gateway.warn('fetched tokens came too late and are kept as a candidate', {
      connection: held.connectionId,
      integration: integration.name,
    })
  // The connection was removed meanwhile: nobody will use these tokens.
  else await queueRevocation(gateway, request, credential)
}

/** @returns undefined when there is no candidate */
export async function healFromCandidate(
  gateway: Gateway,
  request: RenewalRequest,
  state: LeaseState,
): Promise<Renewed | undefined> {
  const { held } = request
  const candidate = await takeCandidate(gateway.sql, held.connectionId, state.credential.version)
  if (candidate === undefined) return undefined
  const credential = gateway.vault.open(ownerOf(request, candidate.id), candidate.sealed)
  const owner = { profileId: held.profileId, connectionId: held.connectionId }
  const sealed = gateway.vault.seal(owner, credential)
  const { version } = state.credential
  if (!(await healGrant(gateway.sql, held.connectionId, version, sealed))) return undefined
  await setConnectionStatus(gateway.sql, held.connectionId, 'active')
  return { credential, variables: state.variables, version: version + 1 }
}

function ownerOf({ held }: RenewalRequest, id: string): Owner {
  return { profileId: held.profileId, table: 'token_candidates', connectionId: id }
}
