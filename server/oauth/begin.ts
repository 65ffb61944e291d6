/**
 * Asking a person for access. The link that is given out is a page of ours; it leads to the service only for the
 * profile that asked, and each opening makes a state and a PKCE verifier that are used once.
 */
import { createHash, randomBytes } from 'node:crypto'
import { calculatePKCECodeChallenge, generateRandomCodeVerifier } from 'oauth4webapi'
import type { Auth, Integration } from '#manifest'
import type { Gateway } from '../app.ts'
import { fillMap, fillSecrets } from '../credentials/template.ts'
import { Secret } from '../credentials/secret.ts'
import type { Owner } from '../credentials/vault.ts'
import { insertAuthorization, openAuthorization } from '../db/authorizations.ts'
import { roomForConnection } from '../db/connections.ts'
import { fault } from '../fault.ts'
import { newId } from '../ids.ts'
import { targetOfUrl } from '../upstream/target.ts'
import type { OAuthApp } from './apps.ts'
import { oauthSettings } from './settings.ts'

/** What is wanted, and who wants it. */
export interface Wish {
  profileId: string
  /** null: the person asked without a key. */
  keyId: string | null
  integration: Integration
  auth: Auth
  /** null: the label will be who the service says it is. */
  account: string | null
  identifier: string
  variables: Record<string, string>
}

export interface Begun {
  /** A page of ours. */
  oauth_url: string
  connection_id: string
  /** Until when the link can be opened. */
  expires_at: Date
}

const defaultSeconds = 600

/**
 * @param opensWithinSeconds the link's life
 * @throws Fault integration_misconfigured without an OAuth app, plan_limit_reached
 */
export async function beginAuthorization(
  gateway: Gateway,
  wish: Wish,
  opensWithinSeconds = defaultSeconds,
): Promise<Begun> {
  const { integration, auth, ...rest } = wish
  await appOf(gateway, integration)
  const limit = await roomForConnection(gateway.sql, { ...rest, integration: integration.name })
  if (limit !== null) throw fault('plan_limit_reached', { fill: { limit, resource: 'connections' } })
  const id = newId('conn')
  const expiresAt = await insertAuthorization(gateway.sql, {
    ...rest,
    id,
    integration: integration.name,
    auth: auth.id,
    opensWithinSeconds,
  })
  return {
    oauth_url: `${gateway.publicUrl()}/connect/${integration.name}?link=${id}`,
    connection_id: id,
    expires_at: expiresAt,
  }
}

/**
 * Where the browser of the one who asked goes next.
 * @returns undefined when the link is not theirs, was used, or is too old
 */
export async function openLink(
  gateway: Gateway,
  profileId: string,
  integration: Integration,
  id: string,
): Promise<URL | undefined> {
  const state = randomBytes(32).toString('base64url')
  const verifier = generateRandomCodeVerifier()
  const sealed = gateway.vault.seal(ownerOfVerifier(profileId, id), { verifier: new Secret(verifier) })
  const opened = await openAuthorization(gateway.sql, profileId, id, hashState(state), sealed)
  const auth = opened && integration.auth.find((entry) => entry.id === opened.auth)
  if (auth === undefined || opened!.integration !== integration.name) return undefined
  const app = await appOf(gateway, integration)
  const settings = oauthSettings(auth)
  const known = { credential: {}, variables: { ...opened!.variables, client_id: app.clientId } }
  const declared = fillSecrets(settings.authorization_url, known)
  const target = targetOfUrl(declared, gateway.originMap[integration.name] ?? {})
  const url = new URL(target.path, target.origin)
  const parameters: Record<string, string> = {
    response_type: 'code',
    client_id: app.clientId,
    redirect_uri: redirectUri(gateway, integration.name),
    state,
    ...(settings.default_scopes.length === 0
      ? {}
      : { [settings.scope_param]: settings.default_scopes.join(settings.scope_separator) }),
    ...(settings.pkce === 'none'
      ? {}
      : { code_challenge: await calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' }),
    ...fillMap(settings.authorization_params, (value) => fillSecrets(value, known)),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url
}

/** One for each integration: a code that was meant for another one does not get in here. */
export function redirectUri(gateway: Pick<Gateway, 'publicUrl'>, integration: string): string {
  return `${gateway.publicUrl()}/connect/${integration}/callback`
}

export function hashState(state: string): Buffer {
  return createHash('sha256').update(state).digest()
}

export function ownerOfVerifier(profileId: string, id: string): Owner {
  return { profileId, table: 'authorizations', connectionId: id }
}

/** @throws Fault integration_misconfigured */
export async function appOf(gateway: Gateway, integration: Integration): Promise<OAuthApp> {
  const app = await gateway.oauthApps.find(integration.name)
  if (app !== undefined) return app
  throw fault('integration_misconfigured', {
    fill: { integration: integration.title, reason: 'it has no OAuth app here' },
    next: [
      {
        command: `skillett admin oauth-app set --integration ${integration.name} --client-id ID`,
        why: 'the operator stores one',
      },
    ],
  })
}
