/**
 * The far side of the skill test/server/ways/robot: a service that checks every way to sign in by its own reading of
 * the specifications. Tokens it gave out work until `expire`.
 */
import assert from 'node:assert/strict'
import { createHash, createHmac, generateKeyPairSync } from 'node:crypto'
import { jwtVerify } from 'jose'
import { json, type Received, type Upstream } from './upstream.ts'

export const robotKeys = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const robotPem = robotKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

/** What a person enters, by way. */
export const robotSecrets: Record<string, unknown> = {
  app: { client_id: 'robot:1', client_secret: 'client+secret/1 %' },
  app_post: { client_id: 'robot:1', client_secret: 'client+secret/1 %' },
  app_key: { client_id: 'robot:1', private_key: robotPem },
  service_account: {
    type: 'service_account',
    project_id: 'p',
    private_key_id: 'kid-7',
    private_key: robotPem.replaceAll('\n', '\\n'),
    client_email: 'robot@p.example.com',
  },
  installation: { app_id: '4711', installation_id: '99', private_key: robotPem },
  signed: { key_id: 'shared', private_key: 'a-shared-secret-of-some-length' },
  log_in: { user: 'ann', pass: 'correct horse "battery"' },
  consumer: { consumer_key: 'ck', consumer_secret: 'cs&/secret', token: 'tk', token_secret: 'ts%secret' },
  key: { api_key: 'key &=/+?%~ of the service' },
  password: { username: 'ann', password: 'p:w "long" +/&%~' },
  aws: { access_key_id: 'AKIDEXAMPLE', secret_access_key: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
}

export interface Robot {
  /** Tokens that work. */
  live: Set<string>
  /** Tokens given out since the start. */
  given: string[]
  /** Makes every token worthless. */
  expire(): void
}

/** Lets `upstream` answer as the robot service. */
export function playRobot(upstream: Upstream): Robot {
  const robot: Robot = { live: new Set(), given: [], expire: () => robot.live.clear() }
  const give = (): string => {
    const token = `robot_token_${createHash('sha256').update(`${robot.given.length}`).digest('hex')}`
    robot.given.push(token)
    robot.live.add(token)
    return token
  }
  upstream.reply = (received, response, request) => {
    answer(received, robot, give).then(
      (body) => json(body)(received, response, request),
      (error: Error) =>
        json({ error: 'invalid_client', why: error.message }, 401)(received, response, request),
    )
  }
  return robot
}

async function answer(received: Received, robot: Robot, give: () => string): Promise<unknown> {
  const path = received.url.split('?')[0]!
  if (path === '/token') return token(received, give())
  if (path === '/app/installations/99/access_tokens') {
    const jwt = received.headers.authorization?.replace('Bearer ', '') ?? ''
    await jwtVerify(jwt, robotKeys.publicKey, { issuer: '4711' })
    assert.equal(received.body.toString(), '{}')
    return { token: give(), expires_at: new Date(Date.now() + 3_600_000).toISOString() }
  }
  if (path === '/login/acme') {
    const { pass } = robotSecrets['log_in'] as { pass: string }
    assert.deepEqual(JSON.parse(received.body.toString()), { auth: { user: 'ann', pass } })
    assert.equal(received.headers['x-client'], 'skillett')
    return { session: { id: give() } }
  }
  assert.equal(received.headers['x-tenant'], 'acme')
  await authorize(received, robot)
  return { login: 'robot', body: received.body.toString() }
}

async function token(received: Received, given: string): Promise<unknown> {
  const text = received.body.toString()
  const isJson = received.headers['content-type'] === 'application/json'
  const fields = isJson ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text))
  const expected = robotSecrets['app'] as { client_id: string; client_secret: string }
  if (fields.grant_type === 'urn:ietf:params:oauth:grant-type:jwt-bearer') {
    const { payload, protectedHeader } = await jwtVerify(fields.assertion, robotKeys.publicKey, {
      issuer: 'robot@p.example.com',
      audience: 'https://id.robot.test/token',
    })
    assert.deepEqual([protectedHeader.kid, payload['scope']], ['kid-7', 'read write'])
    assert.equal(payload.exp! - payload.iat!, 3600)
    return { access_token: given, expires_in: 3599, token_type: 'Bearer' }
  }
  assert.equal(fields.grant_type, 'client_credentials')
  if (isJson) {
    assert.deepEqual([fields.client_id, fields.client_secret], [expected.client_id, expected.client_secret])
    return { data: { token: given, ttl: '120' } }
  }
  if (fields.client_assertion !== undefined) {
    const subject = { issuer: 'robot:1', subject: 'robot:1', audience: 'https://id.robot.test' }
    await jwtVerify(fields.client_assertion, robotKeys.publicKey, subject)
    return { access_token: given, expires_in: 60 }
  }
  const pair = Buffer.from(received.headers.authorization!.replace('Basic ', ''), 'base64').toString()
  const decoded = pair.split(':').map((part) => decodeURIComponent(part.replaceAll('+', ' ')))
  assert.deepEqual(decoded, [expected.client_id, expected.client_secret])
  assert.deepEqual([fields.scope, fields.audience], ['read write', 'https://api.robot.test'])
  return { access_token: given, expires_in: 3600 }
}

async function authorize(received: Received, robot: Robot): Promise<void> {
  const { authorization = '', 'x-session': session = '' } = received.headers
  const { api_key } = robotSecrets['key'] as { api_key: string }
  if (new URL(received.url, 'http://x').searchParams.get('key') === api_key) return
  const { password } = robotSecrets['password'] as { password: string }
  if (authorization === `Basic ${Buffer.from(`ann:${password}`).toString('base64')}`) return
  if (authorization.startsWith('OAuth ')) return checkOauth1(received)
  if (authorization.startsWith('AWS4-HMAC-SHA256 ')) return checkAws(received)
  const bearer = authorization.replace(/^(Bearer|token) /, '') || String(session)
  if (robot.live.has(bearer)) return
  const { private_key } = robotSecrets['signed'] as { private_key: string }
  await jwtVerify(bearer, Buffer.from(private_key), { issuer: 'shared' })
}

/** RFC 5849, 3.4, read once more. */
function checkOauth1({ method, url, headers, body }: Received): void {
  const { consumer_secret, token_secret } = robotSecrets['consumer'] as Record<string, string>
  const given = [...headers.authorization!.matchAll(/(\w+)="([^"]*)"/g)].map(
    ([, name, value]) => [name!, decodeURIComponent(value!)] as const,
  )
  const { oauth_signature: signature, realm, ...protocol } = Object.fromEntries(given)
  assert.equal(realm, 'acme')
  const whole = new URL(url, `http://${headers.host}`)
  const form = headers['content-type'] === 'application/x-www-form-urlencoded' ? body.toString() : ''
  const all = [...whole.searchParams, ...new URLSearchParams(form), ...Object.entries(protocol)]
  const normal = all
    .map(([name, value]) => `${strict(name)}=${strict(value)}`)
    .sort()
    .join('&')
  const base = [method, whole.origin + whole.pathname, normal].map(strict).join('&')
  const key = `${strict(consumer_secret!)}&${strict(token_secret!)}`
  assert.equal(signature, createHmac('sha256', key).update(base).digest('base64'), 'signature')
}

/** AWS's "Create a signed AWS API request", read once more. */
function checkAws({ method, url, headers, body }: Received): void {
  const { secret_access_key } = robotSecrets['aws'] as { secret_access_key: string }
  const [, scope = '', names = '', signature] =
    /Credential=AKIDEXAMPLE\/(\S+), SignedHeaders=(\S+), Signature=(\w+)/.exec(headers.authorization!) ?? []
  for (const name of ['host', 'x-amz-date', 'x-tenant']) assert.ok(names.split(';').includes(name), name)
  const whole = new URL(url, 'http://x')
  const query = [...whole.searchParams].map(([name, value]) => `${strict(name)}=${strict(value)}`).sort()
  const canonical = [
    method,
    whole.pathname.split('/').map(strict).join('/'),
    query.join('&'),
    ...names.split(';').map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    names,
    createHash('sha256').update(body).digest('hex'),
  ].join('\n')
  const digest = createHash('sha256').update(canonical).digest('hex')
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, digest].join('\n')
  const [date, region, service] = scope.split('/')
  assert.deepEqual([region, service], ['eu-central-1', 'execute-api'])
  const mac = (key: string | Buffer, value: string) => createHmac('sha256', key).update(value).digest()
  const key = mac(mac(mac(mac(`AWS4${secret_access_key}`, date!), region!), service!), 'aws4_request')
  assert.equal(signature, mac(key, text).toString('hex'), 'signature')
}

function strict(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
