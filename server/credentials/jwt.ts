/**
 * JSON Web Tokens signed with a connection's private key: sent as they are (`direct`), exchanged for an access
 * token (RFC 7523, or in a header, as GitHub Apps do), or as a client's proof of who it is (`private_key_jwt`).
 * `claims` of the skill are templates over the credential's fields and the connection's variables.
 */
import { createPrivateKey, createSecretKey, randomUUID, type KeyObject } from 'node:crypto'
import { SignJWT, type JWTPayload } from 'jose'
import type { Access, Addition } from './authorize.ts'
import { inject } from './inject.ts'
import { readPrivateKey } from './private-key.ts'
import { Secret } from './secret.ts'
import { fillDeep, fillSecrets } from './template.ts'

const defaultLifetimeMs = 300_000
/** Clocks of others may be behind ours. */
const backdatedSeconds = 30

/** A way with `direct` has its JWT made for each request; the others hold a token that was fetched. */
export async function injectJwt(access: Access): Promise<Addition> {
  if (access.auth.settings['direct'] !== true) return inject(access)
  const text = await makeJwt(access, undefined)
  const jwt = new Secret(text)
  const credential = { ...access.credential, jwt, access_token: jwt }
  return { ...inject({ ...access, credential }), made: [text] }
}

/**
 * The JWT that the skill describes: `claims`, `subject`, `audience`, `key_id`, `algorithm`, `lifetime`.
 * @param audience when the skill names none
 * @throws Error when the key is not one of the algorithm
 */
export function makeJwt(access: Access, audience: string | undefined): Promise<string> {
  const { settings } = access.auth
  const { subject, audience: wanted = audience, key_id: keyId, lifetime } = settings
  const text = (template: unknown): string => fillSecrets(String(template), access)
  const claims = {
    ...(wanted === undefined ? {} : { aud: text(wanted) }),
    ...(subject === undefined ? {} : { sub: text(subject) }),
    ...(fillDeep(settings['claims'] ?? {}, access) as JWTPayload),
  }
  return signJwt(access, claims, keyId === undefined ? undefined : text(keyId), readDuration(lifetime))
}

/** RFC 7523, 2.2: the client is its own issuer and subject. */
export function makeClientAssertion(access: Access, audience: string): Promise<string> {
  const client = fillSecrets('{client_id}', access)
  const keyId = access.auth.settings['key_id']
  const claims = { iss: client, sub: client, aud: audience }
  return signJwt(
    access,
    claims,
    keyId === undefined ? undefined : fillSecrets(String(keyId), access),
    defaultLifetimeMs,
  )
}

function signJwt(
  access: Access,
  claims: JWTPayload,
  keyId: string | undefined,
  lifetimeMs: number,
): Promise<string> {
  const alg = String(access.auth.settings['algorithm'] ?? 'RS256')
  const now = Math.floor(Date.now() / 1000)
  const issued = now - backdatedSeconds
  return new SignJWT({ jti: randomUUID(), ...claims })
    .setProtectedHeader({ alg, typ: 'JWT', ...(keyId === undefined ? {} : { kid: keyId }) })
    .setIssuedAt(issued)
    .setExpirationTime(issued + Math.floor(lifetimeMs / 1000))
    .sign(readKey(alg, fillSecrets('{private_key}', access)))
}

function readKey(alg: string, text: string): KeyObject {
  return alg.startsWith('HS') ? createSecretKey(Buffer.from(text)) : createPrivateKey(readPrivateKey(text))
}

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

function readDuration(text: unknown): number {
  const match = /^(\d+)(ms|s|m|h)$/.exec(String(text ?? ''))
  return match === null ? defaultLifetimeMs : Number(match[1]) * unitMs[match[2]!]!
}
