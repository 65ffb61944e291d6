/** The ground of the OAuth tests: a skill for the provider of ours, a gateway that serves it, a person with a key. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../../server/config.ts'
import { readConfig } from '../../server/config.ts'
import { parseRing } from '../../server/credentials/ring.ts'
import { Secret } from '../../server/credentials/secret.ts'
import { makeVault } from '../../server/credentials/vault.ts'
import { saveConnection } from '../../server/db/connections.ts'
import { createKey } from '../../server/db/keys.ts'
import { createProfile } from '../../server/db/profiles.ts'
import { insertSession } from '../../server/db/sessions.ts'
import { openDatabase, type Sql } from '../../server/db/sql.ts'
import { hashToken, newToken } from '../../server/sign-in/token.ts'
import { makeHome, removeHome } from './home.ts'
import { createDatabase } from './pg.ts'
import type { Provider } from './provider.ts'

export const declaredOrigin = 'https://fake.example.com'
const ringText = `k1:${Buffer.alloc(32, 7).toString('base64')}`

export interface Person {
  profileId: string
  key: string
  /** Of a browser in which they are signed in. */
  cookie: string
}

export interface OAuthGround {
  home: string
  sql: Sql
  /** For a gateway in a process of its own. */
  env: Record<string, string>
  /** For a gateway in this process. */
  config: Config
  makePerson(plan?: string): Promise<Person>
  /** A connection that needs no browser. @returns its id */
  connect(person: Person, account: string, tokens: { access: string; refresh?: string }): Promise<string>
  /** What is stored. */
  readTokens(person: Person, connectionId: string): Promise<Record<string, string>>
  close(): Promise<void>
}

/** @param settings lines of the skill's auth entry, such as `client_auth: post` */
export async function makeOAuthGround(provider: Provider, settings: string[] = []): Promise<OAuthGround> {
  const home = await makeHome('test')
  await writeSkill(join(home, 'skills'), settings)
  const database = await createDatabase()
  const sql = openDatabase(database.url, 4)
  const vault = makeVault(parseRing(ringText))
  const env = {
    DATABASE_URL: database.url,
    SKILLETT_HOME: home,
    SKILLETT_SECRET_KEYS: ringText,
    SKILLETT_SKILLS: join(home, 'skills'),
    SKILLETT_ORIGIN_MAP: JSON.stringify({
      fake: { [declaredOrigin]: provider.origin },
      other: { [declaredOrigin]: provider.origin, 'https://ada.example.com': provider.origin },
    }),
    SKILLETT_ALLOW_UPSTREAMS: '127.0.0.0/8',
    SKILLETT_OAUTH_FAKE_CLIENT_ID: provider.clientId,
    SKILLETT_OAUTH_FAKE_CLIENT_SECRET: provider.clientSecret,
    SKILLETT_OAUTH_OTHER_CLIENT_ID: provider.clientId,
    SKILLETT_OAUTH_OTHER_CLIENT_SECRET: provider.clientSecret,
  }
  let people = 0
  return {
    home,
    sql,
    env,
    config: readConfig({ port: '0' }, env),
    async makePerson(plan = 'unlimited') {
      people += 1
      const profile = await createProfile(sql, `person${people}@example.com`, plan)
      if (typeof profile === 'string') throw new Error(profile)
      const key = await createKey(sql, profile.id, {
        name: 'test',
        scopes: ['*'],
        readOnly: false,
        expiresAt: null,
      })
      if ('limit' in key) throw new Error('no room for a key')
      const token = newToken()
      const session = { idHash: hashToken(token), profileId: profile.id, method: 'link' as const }
      await insertSession(sql, { ...session, userAgent: 'test', address: '127.0.0.1' })
      return { profileId: profile.id, key: key.fullKey, cookie: `skillett=${token}` }
    },
    async connect({ profileId }, account, tokens) {
      const credential = {
        access_token: new Secret(tokens.access),
        ...(tokens.refresh === undefined ? {} : { refresh_token: new Secret(tokens.refresh) }),
      }
      const wanted = {
        profileId,
        integration: 'fake',
        account,
        identifier: '',
        auth: 'oauth',
        identity: 'ada',
      }
      const saved = await saveConnection(sql, { ...wanted, variables: {} }, (connectionId) =>
        vault.seal({ profileId, connectionId }, credential),
      )
      if (!('id' in saved)) throw new Error('not connected')
      return saved.id
    },
    async readTokens({ profileId }, connectionId) {
      const [row] = await sql`select * from credentials where connection_id = ${connectionId}`
      const opened = vault.open(
        { profileId, connectionId },
        {
          keyId: row!['key_id'],
          wrappedKey: row!['wrapped_key'],
          sealed: row!['sealed'],
          version: row!['version'],
        },
      )
      return Object.fromEntries(Object.entries(opened).map(([name, secret]) => [name, Secret.reveal(secret)]))
    },
    async close() {
      await sql.end()
      await database.drop()
      await removeHome(home)
    },
  }
}

const fixedHost = `base_url: ${declaredOrigin}
allowed_hosts: [fake.example.com]`

const hostOfAccount = `base_url: https://{host}
allowed_hosts: ['{host}']
variables:
  host: {from: token_response, select: instance_url, host_suffix: .example.com}
  team: {from: post_connect, request: {path: /team}, select: login}`

async function writeSkill(folder: string, settings: string[]): Promise<void> {
  for (const name of ['fake', 'other']) {
    const skill = `---
skillett: 1
name: ${name}
title: ${name === 'fake' ? 'Fake' : 'Other'}
description: A service for tests.
version: 1.0.0
${name === 'fake' ? fixedHost : hostOfAccount}
auth:
  - id: oauth
    type: oauth2
    authorization_url: ${declaredOrigin}/authorize
    token_url: ${declaredOrigin}/token
    revocation_url: ${declaredOrigin}/revoke
    scopes: {read: Read, write: Write}
    default_scopes: [read, write]
${settings.map((line) => `    ${line}\n`).join('')}  - {id: token, type: bearer}
verify: {endpoint: users/get_me, identity: login}
---
# ${name}
`
    const endpoint = (endpointName: string, method: string, scopes: string) => `---
skillett: 1
name: ${endpointName}
title: ${endpointName}
description: Tells who it is.
method: ${method}
path: /${endpointName}
scopes: ${scopes}
annotations: {read_only: ${method === 'GET'}, destructive: false, idempotent: true, open_world: true}
---
Nothing else.
`
    const endpoints = join(folder, name, 'endpoints', 'users')
    await mkdir(endpoints, { recursive: true })
    await writeFile(join(folder, name, 'SKILL.md'), skill)
    await writeFile(join(endpoints, 'get_me.md'), endpoint('get_me', 'GET', '[read]'))
    await writeFile(join(endpoints, 'change_me.md'), endpoint('change_me', 'POST', '[write]'))
  }
}

/** One exchange with a gateway, redirects not followed. */
export async function ask(
  url: string,
  path: string,
  { key, cookie, body, method }: { key?: string; cookie?: string; body?: unknown; method?: string } = {},
): Promise<{ status: number; headers: Headers; body: any; text: string }> {
  const answer = await fetch(path.startsWith('http') ? path : url + path, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    redirect: 'manual',
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(cookie === undefined ? {} : { cookie, accept: 'text/html' }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  let parsed: unknown = null
  try {
    parsed = JSON.parse(text)
  } catch {
    // A page.
  }
  return { status: answer.status, headers: answer.headers, body: parsed, text }
}
