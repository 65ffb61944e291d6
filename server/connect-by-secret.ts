/** Connects an account by what a person has entered: checked, tried at the service, and only then stored, sealed. */
import type { Auth, Integration } from '#manifest'
import type { Gateway } from './app.ts'
import { complete, identify, readCredential, type Caller } from './connecting.ts'
import { saveConnection } from './db/connections.ts'
import { fault } from './fault.ts'
import { readVariables } from './variables.ts'

export interface SecretWish {
  integration: Integration
  auth: Auth
  /** As `readCredential` takes it. */
  secret: unknown
  variables: Record<string, unknown>
  /** null: the label will be who the service says it is. */
  account: string | null
  identifier: string
}

export interface Connected {
  connection_id: string
  integration: string
  account: string
  status: 'connected'
  identity: string | null
}

/** @throws Fault bad_request with fields, plan_limit_reached, conflict, or the road's own faults */
export async function connectBySecret(
  gateway: Gateway,
  caller: Caller,
  { integration, auth, secret, variables, account, identifier }: SecretWish,
): Promise<Connected> {
  const { profileId } = caller
  const told = readVariables(integration, variables)
  const given = { auth, credential: readCredential(auth, secret), variables: told }
  const { access, tokens } = await complete(gateway, integration, given, caller)
  const identity = await identify(gateway, integration, access, caller, null)
  const wanted = {
    profileId,
    integration: integration.name,
    account: account ?? identity ?? 'default',
    identifier,
    auth: auth.id,
    identity,
    variables: access.variables,
    ...(tokens === undefined ? {} : { tokens }),
  }
  const saved = await saveConnection(gateway.sql, wanted, (connectionId) =>
    gateway.vault.seal({ profileId, connectionId }, access.credential),
  )
  if ('limit' in saved)
    throw fault('plan_limit_reached', { fill: { limit: saved.limit, resource: 'connections' } })
  if ('otherIdentity' in saved)
    throw fault('conflict', {
      fill: {
        reason: `"${wanted.account}" is the account ${saved.otherIdentity}; choose another name with "account"`,
      },
    })
  return {
    connection_id: saved.id,
    integration: integration.name,
    account: wanted.account,
    status: 'connected',
    identity,
  }
}
