/**
 * OAuth 1.0a (RFC 5849): signs each request with the consumer's and the token's secrets. The credential holds
 * `consumer_key`, `consumer_secret` and, except for consumers that act for themselves, `token` and `token_secret`;
 * RSA-SHA1 takes `private_key` instead of the secrets.
 */
import { createHmac, createPrivateKey, randomBytes, sign } from 'node:crypto'
import type { Auth } from '#manifest'
import type { UpstreamRequest } from '../upstream/client.ts'
import type { Access, Addition } from './authorize.ts'
import { percentEncode, readPairs, sortedPairs } from './percent.ts'
import { readPrivateKey } from './private-key.ts'
import { fillSecrets } from './template.ts'

interface Keys {
  consumerSecret: string
  tokenSecret: string
  privateKey: string
}

type Sign = (baseString: string, keys: Keys) => string

/** 3.4.2: the secrets are encoded before they are joined. */
const keyOf = ({ consumerSecret, tokenSecret }: Keys): string =>
  `${percentEncode(consumerSecret)}&${percentEncode(tokenSecret)}`

const methods: Record<string, Sign> = {
  'HMAC-SHA1': (text, keys) => createHmac('sha1', keyOf(keys)).update(text).digest('base64'),
  'HMAC-SHA256': (text, keys) => createHmac('sha256', keyOf(keys)).update(text).digest('base64'),
  'RSA-SHA1': (text, { privateKey }) =>
    sign('sha1', Buffer.from(text), createPrivateKey(readPrivateKey(privateKey))).toString('base64'),
  PLAINTEXT: (_text, keys) => keyOf(keys),
}

/** Fresh for each request. */
export interface Freshness {
  nonce: string
  /** Seconds since 1970. */
  timestamp: string
}

export function signOauth1(request: UpstreamRequest, access: Access): Addition {
  const timestamp = String(Math.floor(Date.now() / 1000))
  return signOauth1At(request, access, { nonce: randomBytes(16).toString('hex'), timestamp })
}

/** The same with a given nonce and time. */
export function signOauth1At(request: UpstreamRequest, access: Access, fresh: Freshness): Addition {
  const { auth, credential } = access
  const secret = (name: string): string =>
    Object.hasOwn(credential, name) ? fillSecrets(`{${name}}`, access) : ''
  const method = String(auth.settings['signature'] ?? 'HMAC-SHA1')
  const token = secret('token')
  const protocol: [string, string][] = [
    ['oauth_consumer_key', fillSecrets('{consumer_key}', access)],
    ...(token === '' ? [] : [['oauth_token', token] as [string, string]]),
    ['oauth_signature_method', method],
    ['oauth_timestamp', fresh.timestamp],
    ['oauth_nonce', fresh.nonce],
    ['oauth_version', '1.0'],
  ]
  const signature = methods[method]!(baseString(request, protocol), {
    consumerSecret: secret('consumer_secret'),
    tokenSecret: secret('token_secret'),
    privateKey: secret('private_key'),
  })
  const { realm } = auth.settings
  const shown: [string, string][] = [
    ...(typeof realm === 'string' ? [['realm', fillSecrets(realm, access)] as [string, string]] : []),
    ...protocol,
    ['oauth_signature', signature],
  ]
  const list = shown.map(([name, value]) => `${name}="${name === 'realm' ? value : percentEncode(value)}"`)
  return { headers: { authorization: `OAuth ${list.join(', ')}` }, query: '' }
}

export function maskOauth1(_auth: Auth): Addition {
  return { headers: { authorization: 'OAuth ***' }, query: '' }
}

/** 3.4.1: method, URL without query, and all parameters: the query's, a form body's, the protocol's own. */
function baseString({ method, origin, path, headers, body }: UpstreamRequest, protocol: [string, string][]) {
  const [bare = '', query = ''] = path.split('?', 2)
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '')
  const parameters = [
    ...readPairs(query, true),
    ...(isForm && body !== null ? readPairs(body, true) : []),
    ...protocol,
  ]
  return [method.toUpperCase(), origin.toLowerCase() + bare, sortedPairs(parameters)]
    .map(percentEncode)
    .join('&')
}
