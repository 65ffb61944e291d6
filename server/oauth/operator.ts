/** `skillett admin oauth-app …`: the operator stores OAuth apps. The secret comes in on stdin and never goes out. */
import { readFileSync } from 'node:fs'
import { makeVault } from '../credentials/vault.ts'
import { Secret } from '../credentials/secret.ts'
import { listApps, saveApp, type AppRow } from '../db/oauth-apps.ts'
import { fault } from '../fault.ts'
import type { Store } from '../open.ts'
import { ownerOfApp } from './apps.ts'

const longestSecret = 16_384

/** An empty stdin makes a public client, which has no secret. @throws Fault usage */
export async function setOAuthApp(
  { sql, ring }: Store,
  integration: string,
  clientId: string,
  readSecret: () => string = readStdin,
): Promise<AppRow> {
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(integration))
    throw usage('--integration must be the name of one, such as github')
  if (!/^[\x21-\x7e]{1,512}$/.test(clientId)) throw usage('--client-id must be 1 to 512 visible characters')
  const secret = readSecret().trim()
  if (secret.length > longestSecret) throw usage(`the secret on stdin is longer than ${longestSecret}`)
  const credential = {
    client_id: new Secret(clientId),
    ...(secret === '' ? {} : { client_secret: new Secret(secret) }),
  }
  return saveApp(sql, integration, clientId, makeVault(ring).seal(ownerOfApp(integration), credential))
}

export async function listOAuthApps({ sql }: Store): Promise<{ oauth_apps: AppRow[] }> {
  return { oauth_apps: await listApps(sql) }
}

function readStdin(): string {
  if (process.stdin.isTTY) throw usage('the secret is read from stdin: < secret.txt')
  return readFileSync(0, 'utf8')
}

function usage(reason: string): Error {
  return fault('usage', { fill: { reason, command: 'skillett admin' } })
}
