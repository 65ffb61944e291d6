/** Parameters that agents are not to fill: credentials, and what the gateway or the service's own clients set. */
import type { ApiParameter } from './api.ts'
import { isDeniedHeader } from '../target-rules.ts'

const credentialNames =
  /^(access_?token|oauth_?token|api_?key|hapikey|auth_?token|authorization|client_secret|x-api-key)$/i
/** OpenAPI says of these headers that parameters do not describe them. */
const ignoredHeaders = new Set(['accept', 'content-type', 'authorization'])

/** Google repeats these on every method. */
const googleNames = new Set([
  '$.xgafv',
  'alt',
  'callback',
  'key',
  'prettyPrint',
  'quotaUser',
  'uploadType',
  'upload_protocol',
  'userIp',
])

export function isCredential({ name, description }: Pick<ApiParameter, 'name' | 'description'>): boolean {
  return credentialNames.test(name) || (name === 'token' && /authentication token/i.test(description))
}

/** Whether an endpoint does without this parameter, and why it may. */
export function isLeftOut(parameter: ApiParameter, isGoogle: boolean): boolean {
  const { name } = parameter
  if (isCredential(parameter)) return true
  if (parameter.in === 'header') return ignoredHeaders.has(name.toLowerCase()) || isDeniedHeader(name)
  return isGoogle && parameter.in === 'query' && googleNames.has(name)
}

export function isGoogle(servers: readonly { url: string }[]): boolean {
  return servers.some(({ url }) => /^https:\/\/([a-z-]+\.)?googleapis\.com(\/|$)/.test(url))
}
