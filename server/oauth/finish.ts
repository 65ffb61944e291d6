/**
 * The service sends the browser back. Whoever finishes must be who began; that, the state and `iss` are checked
 * before the code is redeemed. Then: tokens, variables, who it is, and only then a connection.
 */
import { AuthorizationResponseError, validateAuthResponse } from 'oauth4webapi'
import type { Auth, Integration } from '#manifest'
import type { Gateway } from '../app.ts'
import { identify, type Caller } from '../connecting.ts'
import type { Access } from '../credentials/authorize.ts'
import { fillSecrets } from '../credentials/template.ts'
import { findByState, finishAuthorization, takeByState, type Authorization } from '../db/authorizations.ts'
import { saveConnection } from '../db/connections.ts'
import { Fault } from '../fault.ts'
import { appOf, hashState, ownerOfVerifier, redirectUri } from './begin.ts'
import { fetchVariables, variablesOfAnswer } from './fetched-variables.ts'
import type { Tokens } from './grant-answer.ts'
import { codeRequest } from './grants.ts'
import { sendGrant } from './recorded-grant.ts'
import { oauthSettings, type OAuthSettings } from './settings.ts'

export type Finished =
  | { status: 'connected'; account: string; lostScopes: string[] }
  | { status: 'error'; error: string; message: string }
  /** The state is not in force, or not of this integration. Nothing was used up. */
  | { status: 'unknown' }
  /** Somebody else began it. Nothing was used up, nothing was redeemed. */
  | { status: 'not_yours' }

/** Ends an authorization with an error that its owner is told. */
class Unfinished extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** @param profileId of the session in which the browser came back; null without one */
export async function finish(
  gateway: Gateway,
  profileId: string | null,
  integration: Integration,
  query: URLSearchParams,
): Promise<Finished> {
  const stateHash = hashState(query.get('state') ?? '')
  const begun = await findByState(gateway.sql, integration.name, stateHash)
  if (begun === undefined) return { status: 'unknown' }
  if (begun.profileId !== profileId) return { status: 'not_yours' }
  const taken = await takeByState(gateway.sql, profileId, integration.name, stateHash)
  if (taken === undefined) return { status: 'unknown' }
  try {
    const done = await redeem(gateway, integration, taken, query)
    await finishAuthorization(gateway.sql, taken.id, { connectionId: done.id })
    return { status: 'connected', account: done.account, lostScopes: done.lostScopes }
  } catch (error) {
    const { code, message } = tell(error, integration)
    await finishAuthorization(gateway.sql, taken.id, { error: code, message })
    if (!(error instanceof Unfinished) && !(error instanceof Fault)) throw error
    return { status: 'error', error: code, message }
  }
}

async function redeem(
  gateway: Gateway,
  integration: Integration,
  taken: Authorization,
  query: URLSearchParams,
): Promise<{ id: string; account: string; lostScopes: string[] }> {
  const auth = integration.auth.find((entry) => entry.id === taken.auth)
  if (auth === undefined)
    throw new Unfinished('skill_changed', 'The skill no longer has this way to sign in.')
  const settings = oauthSettings(auth)
  const code = readCode(settings, query)
  const tokens = await exchange(gateway, integration, auth, taken, code)
  const caller = { profileId: taken.profileId, keyId: taken.keyId }
  const access = await complete(gateway, integration, auth, taken, tokens, caller)
  const identity = await identify(gateway, integration, access, caller, null)
  const account = taken.account ?? identity ?? 'default'
  const granted = tokens.scopes ?? settings.default_scopes
  const lostScopes = settings.default_scopes.filter((scope) => !granted.includes(scope))
  const saved = await saveConnection(
    gateway.sql,
    {
      id: taken.id,
      profileId: taken.profileId,
      integration: integration.name,
      account,
      identifier: taken.identifier,
      auth: auth.id,
      identity,
      variables: access.variables,
      tokens: { expiresIn: tokens.expiresIn, scopesGranted: granted, scopesLost: lostScopes },
    },
    (connectionId) => gateway.vault.seal({ profileId: taken.profileId, connectionId }, tokens.credential),
  )
  if ('limit' in saved)
    throw new Unfinished('plan_limit_reached', `The plan allows ${saved.limit} connections.`)
  if ('otherIdentity' in saved)
    throw new Unfinished(
      'other_account',
      `"${account}" is the account ${saved.otherIdentity}, and you signed in as ${identity}. Nothing was changed. ` +
        'Choose another name for this account, or sign in as the other one.',
    )
  return { id: saved.id, account, lostScopes }
}

/** @throws Unfinished unless the service says yes, as itself */
function readCode(settings: OAuthSettings, query: URLSearchParams): string {
  const service = {
    // A service that names itself although its skill does not know it by name has nothing to be compared with.
    issuer: settings.issuer ?? query.get('iss') ?? 'https://unnamed.invalid',
  }
  const parameters = new URLSearchParams(query)
  try {
    validateAuthResponse(service, { client_id: 'here' }, parameters, query.get('state')!)
  } catch (error) {
    if (!(error instanceof AuthorizationResponseError))
      throw new Unfinished('wrong_answer', 'The answer does not come from the service that was asked.')
    throw new Unfinished(
      error.error === 'access_denied' ? 'access_denied' : 'service_error',
      error.error === 'access_denied' ? 'Access was not given.' : 'The service could not finish it.',
    )
  }
  const code = query.get('code')
  if (!code) throw new Unfinished('wrong_answer', 'The answer holds no code.')
  return code
}

async function exchange(
  gateway: Gateway,
  integration: Integration,
  auth: Auth,
  taken: Authorization,
  code: string,
): Promise<Tokens> {
  const app = await appOf(gateway, integration)
  const sealed = gateway.vault.open(ownerOfVerifier(taken.profileId, taken.id), taken.verifier)
  const pkce = oauthSettings(auth).pkce !== 'none'
  const request = await codeRequest(
    { auth, app, variables: taken.variables },
    {
      code,
      redirectUri: redirectUri(gateway, integration.name),
      verifier: pkce ? fillSecrets('{verifier}', { credential: sealed, variables: {} }) : null,
    },
  )
  const answer = await sendGrant(gateway, integration, auth, request, {
    profileId: taken.profileId,
    keyId: taken.keyId,
    connectionId: null,
    endpoint: 'oauth:code',
  })
  if (answer.kind === 'tokens') return answer
  if (answer.kind === 'misconfigured') {
    gateway.warn('the OAuth app is refused', { integration: integration.name, error: answer.error })
    throw new Unfinished('integration_misconfigured', 'The service refuses the OAuth app of this gateway.')
  }
  if (answer.kind === 'refused')
    throw new Unfinished('code_refused', 'The service did not accept its own code. Begin again.')
  throw new Unfinished('service_error', 'The service could not finish it. Begin again in a while.')
}

/** The access with the variables that come from the service. */
async function complete(
  gateway: Gateway,
  integration: Integration,
  auth: Auth,
  taken: Authorization,
  tokens: Tokens,
  caller: Caller,
): Promise<Access> {
  const { credential } = tokens
  const known = { ...taken.variables, ...variablesOfAnswer(integration, tokens.document) }
  return {
    auth,
    credential,
    variables: {
      ...known,
      ...(await fetchVariables(gateway, integration, { auth, credential, variables: known }, caller)),
    },
  }
}

function tell(error: unknown, integration: Integration): { code: string; message: string } {
  if (error instanceof Unfinished) return error
  if (error instanceof Fault && error.code === 'bad_request')
    return { code: 'token_refused', message: `${integration.title} gave a token and then refused it.` }
  if (error instanceof Fault) return { code: error.code, message: error.message }
  return { code: 'internal', message: 'Something went wrong inside Skillett.' }
}
