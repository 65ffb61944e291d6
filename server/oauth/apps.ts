/**
 * The OAuth app of an integration: client id and secret, from the environment or, where it has none, from the
 * database. Looked up at every use, so that an app stored by the operator serves at once.
 */
import { createHash } from 'node:crypto'
import type { OAuthAppSetting } from '../config.ts'
import { fillSecrets } from '../credentials/template.ts'
import type { Credential, Owner, Vault } from '../credentials/vault.ts'
import { findApp } from '../db/oauth-apps.ts'
import type { Sql } from '../db/sql.ts'

export interface OAuthApp {
  clientId: string
  /** `client_id`, and `client_secret` unless the app is public; for `private_key_jwt` the secret is the key. */
  credential: Credential
  /** Differs when anything of the app differs. */
  fingerprint: string
}

export interface OAuthApps {
  find(integration: string): Promise<OAuthApp | undefined>
}

/** Where an app's secret is sealed: it is nobody's connection. */
export function ownerOfApp(integration: string): Owner {
  return { profileId: '', table: 'oauth_apps', connectionId: integration }
}

/** @param settings by the integration's name as the environment spells it */
export function makeOAuthApps(
  sql: Sql,
  vault: Vault,
  settings: Readonly<Record<string, OAuthAppSetting>>,
): OAuthApps {
  return {
    async find(integration) {
      const set = settings[environmentName(integration)]
      if (set !== undefined) return appOf(set.clientId, set.credential)
      const stored = await findApp(sql, integration)
      return stored && appOf(stored.clientId, vault.open(ownerOfApp(integration), stored.secret))
    },
  }
}

/** `google-drive` is `GOOGLE_DRIVE` there. */
export function environmentName(integration: string): string {
  return integration.toUpperCase().replaceAll('-', '_')
}

function appOf(clientId: string, credential: Credential): OAuthApp {
  const texts = Object.keys(credential).map((name) => fillSecrets(`{${name}}`, { credential, variables: {} }))
  const fingerprint = createHash('sha256')
    .update([clientId, ...texts].join('\0'))
    .digest('hex')
  return { clientId, credential, fingerprint }
}
