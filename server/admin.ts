/**
 * Operator commands: `skillett admin …`. Each prints one JSON document on stdout and touches the database directly;
 * whoever can run them already holds it.
 */
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { readConfig, type Config } from './config.ts'
import { createKey } from './db/keys.ts'
import { readNote } from './db/notes.ts'
import {
  changePlan,
  createProfile,
  findProfile,
  planNames,
  type PlanChange,
  type Profile,
} from './db/profiles.ts'
import type { Sql } from './db/sql.ts'
import { fault } from './fault.ts'
import { listOAuthApps, setOAuthApp } from './oauth/operator.ts'
import { openStore, type Store } from './open.ts'
import { rotateSecrets } from './rotate.ts'
import { makeSignInUrl } from './sign-in/link.ts'

type Options = Record<string, string | boolean | undefined>

interface AdminCommand {
  summary: string
  usage: string
  options: NonNullable<ParseArgsConfig['options']>
  run(sql: Sql, options: Options, config: Config, store: Store): Promise<unknown>
}

const text = { type: 'string' } as const

export const commands: Record<string, AdminCommand> = {
  'create-user': {
    summary: 'make a profile, and the one-time link by which its owner signs in',
    usage: '--email E [--plan free|pro|unlimited]',
    options: { email: text, plan: text },
    run: createUser,
  },
  'sign-in-link': {
    summary: 'make a one-time sign-in link; it works for an hour',
    usage: '--email E',
    options: { email: text },
    run: makeLink,
  },
  'create-key': {
    summary: 'make an API key for a profile; printed this once',
    usage: '--email E [--name N] [--scopes github,gmail] [--read-only] [--tokens] [--expires 30d]',
    options: {
      email: text,
      name: text,
      scopes: text,
      'read-only': { type: 'boolean' },
      tokens: { type: 'boolean' },
      expires: text,
    },
    run: createUserKey,
  },
  'set-plan': {
    summary: "change a profile's plan or its own limits",
    usage: '--email E [--plan P] [--daily N] [--per-minute N]',
    options: { email: text, plan: text, daily: text, 'per-minute': text },
    run: setPlan,
  },
  'rotate-secrets': {
    summary: "seal everything anew with the ring's first key, while calls run",
    usage: '',
    options: {},
    run: (_sql, _options, config, store) => rotateSecrets(store, config),
  },
  'oauth-app set': {
    summary: "store an integration's OAuth app; its secret is read from stdin",
    usage: '--integration I --client-id ID',
    options: { integration: text, 'client-id': text },
    run: (_sql, options, _config, store) =>
      setOAuthApp(store, String(options['integration'] ?? ''), String(options['client-id'] ?? '')),
  },
  'oauth-app list': {
    summary: 'the OAuth apps stored here, without secrets',
    usage: '',
    options: {},
    run: (_sql, _options, _config, store) => listOAuthApps(store),
  },
}

/** @throws Fault usage, not_found, conflict, plan_limit_reached; Error when there is no database */
export async function runAdmin(argv: string[]): Promise<unknown> {
  const words = Object.hasOwn(commands, argv.slice(0, 2).join(' ')) ? 2 : 1
  const name = argv.slice(0, words).join(' ')
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined)
    throw usage(`there is no admin command "${argv[0] ?? ''}"; there are ${Object.keys(commands).join(', ')}`)
  const options = readOptions(command, argv.slice(words))
  const config = readConfig()
  const store = await openStore(config, 2)
  try {
    return await command.run(store.sql, options, config, store)
  } finally {
    await store.close()
  }
}

function readOptions(command: AdminCommand, args: string[]): Options {
  try {
    return parseArgs({ args, options: command.options, strict: true }).values as Options
  } catch (error) {
    throw usage(`${(error as Error).message.split('\n')[0]}; usage: ${command.usage}`)
  }
}

async function createUser(sql: Sql, options: Options, config: Config): Promise<unknown> {
  const email = emailOf(options)
  const plan = String(options['plan'] ?? 'free')
  const profile = await createProfile(sql, email, plan)
  if (profile === 'exists')
    throw fault('conflict', { fill: { reason: `there is a profile for ${email} already` } })
  if (profile === 'unknown_plan') throw await unknownPlan(sql, plan)
  return { ...profile, sign_in_url: await makeSignInUrl(sql, await publicUrl(sql, config), profile.id) }
}

async function makeLink(sql: Sql, options: Options, config: Config): Promise<unknown> {
  const profile = await knownProfile(sql, options)
  return {
    email: profile.email,
    sign_in_url: await makeSignInUrl(sql, await publicUrl(sql, config), profile.id),
  }
}

/** As configured, else as the gateway that runs or last ran says. */
async function publicUrl(sql: Sql, { publicUrl, host, port }: Config): Promise<string> {
  return publicUrl ?? (await readNote(sql, 'public_url')) ?? `http://${host}:${port}`
}

async function knownProfile(sql: Sql, options: Options): Promise<Profile> {
  const profile = await findProfile(sql, emailOf(options))
  if (profile !== undefined) return profile
  throw fault('not_found', { fill: { resource: 'profile', name: emailOf(options) } })
}

async function createUserKey(sql: Sql, options: Options): Promise<unknown> {
  if (options['read-only'] === true && options['tokens'] === true)
    throw usage('--read-only and --tokens exclude each other: a token can write')
  const profile = await knownProfile(sql, options)
  const created = await createKey(sql, profile.id, {
    name: String(options['name'] ?? 'admin'),
    scopes:
      options['scopes'] === undefined
        ? ['*']
        : String(options['scopes'])
            .split(',')
            .map((scope) => scope.trim()),
    readOnly: options['read-only'] === true,
    tokens: options['tokens'] === true,
    expiresAt: expiryOf(options['expires']),
  })
  if ('limit' in created)
    throw fault('plan_limit_reached', { fill: { limit: created.limit, resource: 'API keys' } })
  const { id, name, key_prefix, scopes, read_only, tokens, expires_at, created_at } = created.apiKey
  return {
    api_key: { id, name, key_prefix, scopes, read_only, tokens, expires_at, created_at },
    full_key: created.fullKey,
  }
}

async function setPlan(sql: Sql, options: Options): Promise<unknown> {
  const change: PlanChange = {
    ...(options['plan'] === undefined ? {} : { plan: String(options['plan']) }),
    ...(options['daily'] === undefined ? {} : { daily_limit: countOf('--daily', options['daily']) }),
    ...(options['per-minute'] === undefined
      ? {}
      : { per_minute: countOf('--per-minute', options['per-minute']) }),
  }
  if (Object.keys(change).length === 0) throw usage('say what to change: --plan, --daily or --per-minute')
  const changed = await changePlan(sql, emailOf(options), change)
  if (changed === 'unknown_profile')
    throw fault('not_found', { fill: { resource: 'profile', name: emailOf(options) } })
  if (changed === 'unknown_plan') throw await unknownPlan(sql, String(options['plan']))
  return changed
}

async function unknownPlan(sql: Sql, plan: string): Promise<Error> {
  return usage(`there is no plan "${plan}"; there are ${(await planNames(sql)).join(', ')}`)
}

function emailOf(options: Options): string {
  const email = String(options['email'] ?? '')
  if (/^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(email) && email.length <= 254) return email
  throw usage('--email must be an address such as you@example.com')
}

function countOf(flag: string, value: unknown): number {
  const count = Number(value)
  if (/^\d+$/.test(String(value)) && count <= 2_147_483_647) return count
  throw usage(`${flag} must be a whole number`)
}

const unitMs: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

function expiryOf(value: unknown): Date | null {
  if (value === undefined) return null
  const match = /^([1-9]\d{0,4})([mhd])$/.exec(String(value))
  if (match === null) throw usage('--expires must be a time such as 30d, 12h or 45m')
  return new Date(Date.now() + Number(match[1]) * unitMs[match[2]!]!)
}

function usage(reason: string): Error {
  return fault('usage', { fill: { reason, command: 'skillett admin' } })
}
