/** Signatures over requests, against vectors that others published and against jose as the verifier. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, verify } from 'node:crypto'
import { test } from 'node:test'
import { decodeProtectedHeader, jwtVerify } from 'jose'
import { authorize } from '../../server/credentials/authorize.ts'
import { makeClientAssertion, makeJwt } from '../../server/credentials/jwt.ts'
import { signOauth1At } from '../../server/credentials/oauth1.ts'
import { signSigv4At } from '../../server/credentials/sigv4.ts'
import type { UpstreamRequest } from '../../server/upstream/client.ts'
import { accessOf } from '../support/access.ts'

function request(method: string, url: string, more: Partial<UpstreamRequest> = {}): UpstreamRequest {
  const [, origin = '', path = ''] = /^(https?:\/\/[^/]+)(.*)$/.exec(url) ?? []
  return { method, origin, path, headers: {}, body: null, ...more }
}

const aws = { access_key_id: 'AKIDEXAMPLE', secret_access_key: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const stsToken =
  'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=='
const unreserved = '-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const form = { 'content-type': 'application/x-www-form-urlencoded' }

/** From AWS's Signature Version 4 test suite: what is sent, which headers are signed, the signature. */
const vectors: [
  name: string,
  method: string,
  path: string,
  more: Partial<UpstreamRequest>,
  signed: string,
  signature: string,
][] = [
  [
    'get-vanilla',
    'GET',
    '/',
    {},
    'host;x-amz-date',
    '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  ],
  [
    'get-vanilla-query-order-key-case',
    'GET',
    '/?Param2=value2&Param1=value1',
    {},
    'host;x-amz-date',
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
  [
    'get-utf8',
    'GET',
    '/ሴ',
    {},
    'host;x-amz-date',
    '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85',
  ],
  [
    'get-unreserved',
    'GET',
    `/${unreserved}`,
    {},
    'host;x-amz-date',
    '07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f',
  ],
  [
    'get-vanilla-query-unreserved',
    'GET',
    `/?${unreserved}=${unreserved}`,
    {},
    'host;x-amz-date',
    '9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197',
  ],
  [
    'get-vanilla-utf8-query',
    'GET',
    '/?ሴ=bar',
    {},
    'host;x-amz-date',
    '2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04',
  ],
  [
    'get-header-value-trim',
    'GET',
    '/',
    { headers: { 'my-header1': ' value1', 'my-header2': ' "a   b   c"' } },
    'host;my-header1;my-header2;x-amz-date',
    'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
  ],
  [
    'post-x-www-form-urlencoded',
    'POST',
    '/',
    { headers: form, body: 'Param1=value1' },
    'content-type;host;x-amz-date',
    'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  ],
]

for (const [name, method, path, more, signed, signature] of vectors)
  test(`a request is signed as AWS's ${name} has it`, () => {
    const access = accessOf('aws_sigv4', aws, { service: 'service', region: 'us-east-1' })
    const sent = request(method, `https://example.amazonaws.com${path}`, more)
    const { headers } = signSigv4At(sent, access, new Date('2015-08-30T12:36:00Z'))
    assert.equal(
      headers['authorization'],
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${signed}, Signature=${signature}`,
    )
  })

test('temporary AWS credentials send their session token and sign it', () => {
  const access = accessOf(
    'aws_sigv4',
    { ...aws, session_token: stsToken },
    { service: 'service', region: 'us-east-1' },
  )
  const sent = request('POST', 'https://example.amazonaws.com/')
  const { headers } = signSigv4At(sent, access, new Date('2015-08-30T12:36:00Z'))
  assert.equal(headers['x-amz-security-token'], stsToken)
  assert.match(
    headers['authorization']!,
    /Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead$/,
  )
})

const photos = {
  consumer_key: 'dpf43f3p2l4k3l03',
  consumer_secret: 'kd94hf93k423kf44',
  token: 'nnch734d00sl2jdk',
  token_secret: 'pfkkdhi9sl3r4s00',
}

test('a request is signed as the example of OAuth Core 1.0 has it', () => {
  const { headers } = signOauth1At(
    request('GET', 'http://photos.example.net/photos?file=vacation.jpg&size=original'),
    accessOf('oauth1', photos),
    { nonce: 'kllo9940pd9333jh', timestamp: '1191242096' },
  )
  assert.match(headers['authorization']!, /oauth_signature="tR3%2BTy81lMeYAr%2FFid0kMTYa%2FWM%3D"/)
})

test('a form body is part of what OAuth 1.0a signs, a JSON body is not', () => {
  const fresh = { nonce: 'kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg', timestamp: '1318622958' }
  const signatureOf = (more: Partial<UpstreamRequest>): string =>
    signOauth1At(request('POST', 'https://api.example.com/x?a=1', more), accessOf('oauth1', photos), fresh)
      .headers['authorization']!
  const body = 'status=Hello%20Ladies%20%2B%20Gentlemen'
  assert.notEqual(signatureOf({ headers: form, body }), signatureOf({ headers: form, body: 'status=other' }))
  assert.equal(
    signatureOf({ headers: { 'content-type': 'application/json' }, body: '{"a":1}' }),
    signatureOf({ headers: { 'content-type': 'application/json' }, body: '{"a":2}' }),
  )
})

test('PLAINTEXT sends the two secrets, each encoded', () => {
  const { headers } = signOauth1At(
    request('GET', 'https://api.example.com/'),
    accessOf(
      'oauth1',
      { ...photos, consumer_secret: 'a&b', token_secret: 'c d' },
      { signature: 'PLAINTEXT', realm: 'Photos' },
    ),
    { nonce: 'n', timestamp: '1' },
  )
  assert.match(headers['authorization']!, /^OAuth realm="Photos", /)
  assert.match(headers['authorization']!, /oauth_signature="a%2526b%26c%2520d"/)
})

test('RSA-SHA1 signs with the private key, whose line breaks were lost on the way', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString().replaceAll('\n', ' ')
  const { headers } = signOauth1At(
    request('GET', 'http://photos.example.net/photos'),
    accessOf('oauth1', { consumer_key: 'c', private_key: pem }, { signature: 'RSA-SHA1' }),
    { nonce: 'n', timestamp: '1' },
  )
  const signature = decodeURIComponent(/oauth_signature="([^"]+)"/.exec(headers['authorization']!)![1]!)
  const base =
    'GET&http%3A%2F%2Fphotos.example.net%2Fphotos&oauth_consumer_key%3Dc%26oauth_nonce%3Dn%26oauth_signature_method%3DRSA-SHA1%26oauth_timestamp%3D1%26oauth_version%3D1.0'
  assert.ok(verify('sha1', Buffer.from(base), publicKey, Buffer.from(signature, 'base64')))
})

const pairs = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
}

for (const [algorithm, { publicKey, privateKey }] of Object.entries(pairs))
  test(`a JWT of ${algorithm} says what the skill wants and verifies with the public key alone`, async () => {
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const access = accessOf(
      'jwt',
      { private_key: pem, client_email: 'robot@example.com', key: 'kid-1' },
      {
        algorithm,
        key_id: '{key}',
        subject: 'ann@example.com',
        claims: { iss: '{client_email}', scope: 'a b' },
      },
    )
    const jwt = await makeJwt(access, 'https://token.example.com/')
    const { payload } = await jwtVerify(jwt, publicKey, {
      issuer: 'robot@example.com',
      audience: 'https://token.example.com/',
      subject: 'ann@example.com',
      requiredClaims: ['jti', 'exp', 'iat'],
    })
    assert.equal(payload['scope'], 'a b')
    assert.equal(payload.exp! - payload.iat!, 300)
    assert.equal(decodeProtectedHeader(jwt).kid, 'kid-1')
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
    await assert.rejects(jwtVerify(jwt, other))
  })

test('a client assertion has the client as issuer and subject, and one audience', async () => {
  const pem = pairs.RS256.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
  const access = accessOf('client_credentials', { client_id: 'client', private_key: pem })
  const { payload } = await jwtVerify(
    await makeClientAssertion(access, 'https://issuer.example.com'),
    pairs.RS256.publicKey,
  )
  assert.deepEqual(
    [payload.iss, payload.sub, payload.aud],
    ['client', 'client', 'https://issuer.example.com'],
  )
})

test('a direct JWT is made for each request, and both it and its key are looked for in the answer', async () => {
  const secret = 'a shared secret of thirty-two bytes'
  const access = accessOf(
    'jwt',
    { private_key: secret },
    { algorithm: 'HS256', direct: true, lifetime: '60s' },
    { headers: { Authorization: 'Bearer {jwt}' } },
  )
  const { request: sent, needles } = await authorize(request('GET', 'https://api.example.com/'), access)
  const jwt = sent.headers['authorization']!.replace('Bearer ', '')
  const { payload } = await jwtVerify(jwt, Buffer.from(secret))
  assert.equal(payload.exp! - payload.iat!, 60)
  assert.ok(needles.some((needle) => needle.toString() === secret))
  assert.ok(needles.some((needle) => needle.toString() === jwt))
})

test('a way whose credential lacks a field sends nothing', async () => {
  for (const type of ['oauth1', 'aws_sigv4', 'jwt'] as const)
    await assert.rejects(
      authorize(
        request('GET', 'https://api.example.com/'),
        accessOf(type, {}, { direct: true, service: 's3', region: 'eu' }, { headers: { a: '{jwt}' } }),
      ),
      /the credential has no/,
    )
})
