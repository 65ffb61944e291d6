/**
 * AWS Signature Version 4 over the request as it goes out. The credential holds `access_key_id`,
 * `secret_access_key` and, for temporary ones, `session_token`; service and region are the skill's.
 */
import { createHash, createHmac } from 'node:crypto'
import type { Auth } from '#manifest'
import type { UpstreamRequest } from '../upstream/client.ts'
import type { Access, Addition } from './authorize.ts'
import { percentEncode, readPairs, sortedPairs } from './percent.ts'
import { fillSecrets } from './template.ts'

/** Headers that something between us and AWS may change. */
const unsigned = new Set(['accept-encoding', 'authorization', 'connection', 'user-agent', 'content-length'])

export function signSigv4(request: UpstreamRequest, access: Access): Addition {
  return signSigv4At(request, access, new Date())
}

/** The same at a given time. */
export function signSigv4At(request: UpstreamRequest, access: Access, now: Date): Addition {
  const { auth, credential } = access
  const service = fillSecrets(String(auth.settings['service']), access)
  const region = fillSecrets(String(auth.settings['region']), access)
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, '')
  const payload = sha256(request.body ?? '')
  const added: Record<string, string> = {
    'x-amz-date': time,
    ...(service === 's3' && { 'x-amz-content-sha256': payload }),
    ...(Object.hasOwn(credential, 'session_token') && {
      'x-amz-security-token': fillSecrets('{session_token}', access),
    }),
  }
  const headers = Object.entries({ ...request.headers, ...added, host: new URL(request.origin).host })
    .filter(([name]) => !unsigned.has(name))
    .map(([name, value]): [string, string] => [name, value.trim().replace(/ +/g, ' ')])
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const names = headers.map(([name]) => name).join(';')
  const [path = '', query = ''] = splitQuery(request.path)
  const canonical = [
    request.method,
    canonicalPath(path, service),
    sortedPairs(readPairs(query, false)),
    ...headers.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    payload,
  ].join('\n')
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')
  const secret = `AWS4${fillSecrets('{secret_access_key}', access)}`
  const key = scope.split('/').reduce<string | Buffer>((outer, part) => hmac(outer, part), secret)
  const id = fillSecrets('{access_key_id}', access)
  const authorization = `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names}, Signature=${hmac(key, text).toString('hex')}`
  return { headers: { ...added, authorization }, query: '' }
}

export function maskSigv4(_auth: Auth): Addition {
  return { headers: { authorization: 'AWS4-HMAC-SHA256 ***' }, query: '' }
}

function splitQuery(path: string): [string, string] {
  const at = path.indexOf('?')
  return at < 0 ? [path, ''] : [path.slice(0, at), path.slice(at + 1)]
}

/** Segments are encoded once more than they are sent, except for S3, whose keys are taken as they are. */
function canonicalPath(path: string, service: string): string {
  if (service === 's3') return path
  const segments = path.split('/').map((segment) => percentEncode(segment))
  return segments.join('/').replace(/\/+/g, '/')
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
