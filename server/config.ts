/**
 * Configuration: the environment and the flags of `serve`, checked all together, as one frozen object.
 * The only reader of process.env in the server. Flags beat the environment, the environment beats defaults.
 */
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseRing } from './credentials/ring.ts'
import { Secret } from './credentials/secret.ts'
import type { Credential } from './credentials/vault.ts'
import { makeAddressCheck } from './upstream/addresses.ts'

/** The package's own folder: the parent of this file's folder, as source and as bundle. */
export const packageRoot = new URL('..', import.meta.url)

export interface Config {
  /** null: the embedded PostgreSQL. */
  databaseUrl: string | null
  /** Absolute path: embedded data, development secret key, compiled skills. */
  home: string
  /** Absolute paths; later folders add to or replace the integrations of earlier ones. */
  skills: string[]
  /** As given; credentials/ring.ts reads it. null: made and kept in `home`. */
  secretKeys: string | null
  host: string
  port: number
  /** Without a trailing slash. null: derived from where the server listens. */
  publicUrl: string | null
  /** Integration → declared origin → origin to use instead. */
  originMap: Record<string, Record<string, string>>
  /** By the integration's name as the environment spells it, such as GOOGLE_DRIVE. */
  oauthApps: Record<string, OAuthAppSetting>
  /** null: people sign in by link and password alone. */
  oidc: OidcSetting | null
  /** CIDRs of private addresses that upstreams may have. */
  allowUpstreams: string[]
  /** Where PostgreSQL is looked for when the npm package does not have it. */
  path: string
}

/** An OAuth app in the environment. */
export interface OAuthAppSetting {
  clientId: string
  credential: Credential
}

export interface Flags {
  port?: string
  skills?: string[]
}

/** The OpenID provider at which people may sign in. */
export interface OidcSetting {
  issuer: string
  clientId: string
  clientSecret: Secret
}

/** What is wrong with one setting. */
export interface ConfigComplaint {
  name: string
  message: string
}

export class ConfigError extends Error {
  readonly complaints: ConfigComplaint[]

  constructor(complaints: ConfigComplaint[]) {
    super(complaints.map(({ name, message }) => `${name} ${message}`).join('\n'))
    this.complaints = complaints
  }
}

/** Every variable the server reads, with its meaning: the README's table is held to it. */
export const variables = {
  DATABASE_URL: 'PostgreSQL 15 or newer',
  SKILLETT_HOME: 'embedded data, development secret key, compiled skills',
  SKILLETT_SKILLS: 'skill folders, separated by ":"; later ones add to or replace earlier ones',
  SKILLETT_SECRET_KEYS: 'key ring id:base64(32 bytes)[,older…]; the first encrypts',
  HOST: 'address to listen on',
  PORT: 'port to listen on; 0 takes a free one',
  PUBLIC_URL: 'how people and agents reach the gateway',
  SKILLETT_ORIGIN_MAP: 'JSON: another origin for an integration',
  SKILLETT_OIDC_ISSUER: 'OpenID provider at which people may sign in',
  SKILLETT_OIDC_CLIENT_ID: 'the gateway at that provider',
  SKILLETT_OIDC_CLIENT_SECRET: 'its secret there',
  SKILLETT_ALLOW_UPSTREAMS: 'CIDRs of private addresses that upstreams may have, separated by ","',
} as const

/** @throws ConfigError naming every setting that is wrong */
export function readConfig(flags: Flags = {}, env: NodeJS.ProcessEnv = process.env): Config {
  const complaints: ConfigComplaint[] = []
  const complain = (name: string, message: string): void => void complaints.push({ name, message })
  const get = (name: keyof typeof variables): string | null => env[name]?.trim() || null

  const config: Config = {
    databaseUrl: readUrl('DATABASE_URL', get('DATABASE_URL'), ['postgres:', 'postgresql:'], complain),
    home: resolve(get('SKILLETT_HOME') ?? defaultHome()),
    skills: readSkills(flags.skills, get('SKILLETT_SKILLS')),
    secretKeys: get('SKILLETT_SECRET_KEYS'),
    host: get('HOST') ?? '127.0.0.1',
    port: readPort(flags.port ?? get('PORT') ?? '4050', complain),
    publicUrl:
      readUrl('PUBLIC_URL', get('PUBLIC_URL'), ['http:', 'https:'], complain)?.replace(/\/+$/, '') ?? null,
    originMap: readOriginMap(get('SKILLETT_ORIGIN_MAP'), complain),
    oauthApps: readOAuthApps(env, complain),
    oidc: readOidc(get, complain),
    allowUpstreams:
      get('SKILLETT_ALLOW_UPSTREAMS')
        ?.split(',')
        .map((cidr) => cidr.trim()) ?? [],
    path: env['PATH'] ?? '',
  }
  if (config.databaseUrl !== null && config.secretKeys === null)
    complain(
      'SKILLETT_SECRET_KEYS',
      'must be set when DATABASE_URL is; make a key with: openssl rand -base64 32',
    )
  check('SKILLETT_SECRET_KEYS', () => config.secretKeys !== null && parseRing(config.secretKeys), complain)
  check('SKILLETT_ALLOW_UPSTREAMS', () => makeAddressCheck(config.allowUpstreams), complain)
  if (complaints.length > 0) throw new ConfigError(complaints)
  return Object.freeze(config)
}

type Complain = (name: string, message: string) => void

/** Has a setting read by those who will use it. Their messages begin with its name, as a complaint does. */
function check(name: string, read: () => unknown, complain: Complain): void {
  try {
    read()
  } catch (error) {
    complain(name, (error as Error).message.replace(name, '').replace(/^:? /, ''))
  }
}

function defaultHome(): string {
  return process.getuid?.() === 0 ? '/var/lib/skillett' : join(homedir(), '.skillett')
}

function readSkills(flag: string[] | undefined, variable: string | null): string[] {
  const listed = flag ?? variable?.split(':').filter(Boolean) ?? []
  if (listed.length === 0) return [fileURLToPath(new URL('skills', packageRoot))]
  return listed.map((folder) => (isAbsolute(folder) ? folder : resolve(folder)))
}

function readPort(text: string, complain: Complain): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65535) return port
  complain('PORT', `must be a number from 0 to 65535, not "${text}"`)
  return 0
}

function readUrl(name: string, text: string | null, protocols: string[], complain: Complain): string | null {
  if (text === null) return null
  if (URL.canParse(text) && protocols.includes(new URL(text).protocol)) return text
  complain(
    name,
    `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  )
  return null
}

function readOriginMap(text: string | null, complain: Complain): Config['originMap'] {
  const wrong = (): Config['originMap'] => {
    complain(
      'SKILLETT_ORIGIN_MAP',
      'must be JSON like {"github":{"https://api.github.com":"http://127.0.0.1:4001"}}, origins without a path',
    )
    return {}
  }
  if (text === null) return {}
  let map: unknown
  try {
    map = JSON.parse(text)
  } catch {
    return wrong()
  }
  if (typeof map !== 'object' || map === null) return wrong()
  for (const origins of Object.values(map)) {
    if (typeof origins !== 'object' || origins === null) return wrong()
    if (!Object.entries(origins).flat().every(isOrigin)) return wrong()
  }
  return map as Config['originMap']
}

/** `SKILLETT_OAUTH_<INTEGRATION>_CLIENT_ID` and `…_CLIENT_SECRET`; a public client has no secret. */
function readOAuthApps(env: NodeJS.ProcessEnv, complain: Complain): Config['oauthApps'] {
  const apps: Config['oauthApps'] = {}
  for (const [name, text] of Object.entries(env)) {
    const [, integration, part] = /^SKILLETT_OAUTH_([A-Z0-9_]+?)_CLIENT_(ID|SECRET)$/.exec(name) ?? []
    if (integration === undefined || !text?.trim()) continue
    const clientId = env[`SKILLETT_OAUTH_${integration}_CLIENT_ID`]?.trim()
    if (!clientId) complain(name, `needs SKILLETT_OAUTH_${integration}_CLIENT_ID beside it`)
    else if (part === 'ID') {
      const secret = env[`SKILLETT_OAUTH_${integration}_CLIENT_SECRET`]?.trim()
      apps[integration] = {
        clientId,
        credential: {
          client_id: new Secret(clientId),
          ...(secret ? { client_secret: new Secret(secret) } : {}),
        },
      }
    }
  }
  return apps
}

/** All three settings or none. */
function readOidc(
  get: (name: keyof typeof variables) => string | null,
  complain: Complain,
): OidcSetting | null {
  const issuer = readUrl('SKILLETT_OIDC_ISSUER', get('SKILLETT_OIDC_ISSUER'), ['http:', 'https:'], complain)
  const clientId = get('SKILLETT_OIDC_CLIENT_ID')
  const clientSecret = get('SKILLETT_OIDC_CLIENT_SECRET')
  if (issuer === null && clientId === null && clientSecret === null) return null
  if (issuer !== null && clientId !== null && clientSecret !== null)
    return { issuer, clientId, clientSecret: new Secret(clientSecret) }
  complain('SKILLETT_OIDC_ISSUER', 'needs SKILLETT_OIDC_CLIENT_ID and SKILLETT_OIDC_CLIENT_SECRET beside it')
  return null
}

function isOrigin(text: unknown): boolean {
  return typeof text === 'string' && URL.canParse(text) && new URL(text).origin === text
}
