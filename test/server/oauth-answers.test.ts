/** What goes to token endpoints and what comes back, by the quirks that a skill declares. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { jwtVerify } from 'jose'
import { Secret } from '../../server/credentials/secret.ts'
import type { OAuthApp } from '../../server/oauth/apps.ts'
import { readGrant, readRetryAfter } from '../../server/oauth/grant-answer.ts'
import { codeRequest, refreshRequest } from '../../server/oauth/grants.ts'
import { revocationRequest } from '../../server/oauth/revoke.ts'
import { oauthSettings } from '../../server/oauth/settings.ts'
import { accessOf } from '../support/access.ts'

const urls = {
  authorization_url: 'https://a.example.com/o',
  token_url: 'https://a.example.com/t',
}

const authOf = (settings: Record<string, unknown> = {}) =>
  accessOf('oauth2', {}, { ...urls, ...settings }).auth

const app: OAuthApp = {
  clientId: 'id of us',
  credential: { client_id: new Secret('id of us'), client_secret: new Secret('s&cret') },
  fingerprint: '',
}

function read(body: string, settings: Record<string, unknown> = {}, status = 200) {
  return readGrant(oauthSettings(authOf(settings)), { status, headers: {}, body: Buffer.from(body) })
}

/** As plain texts. */
function tokensOf(answer: ReturnType<typeof read>): Record<string, string> {
  assert.equal(answer.kind, 'tokens')
  if (answer.kind !== 'tokens') return {}
  return Object.fromEntries(
    Object.entries(answer.credential).map(([name, secret]) => [name, Secret.reveal(secret)]),
  )
}

test("tokens are found where a skill says, such as Slack's two", () => {
  const body = JSON.stringify({
    ok: true,
    access_token: 'xoxb-bot',
    scope: 'chat:write,channels:read',
    authed_user: { access_token: 'xoxp-user', scope: 'search:read' },
  })
  const settings = {
    token_path: 'authed_user.access_token',
    scope_path: 'authed_user.scope',
    tokens: { bot: 'access_token' },
  }
  const answer = read(body, settings)
  assert.deepEqual(tokensOf(answer), { access_token: 'xoxp-user', bot: 'xoxb-bot' })
  assert.deepEqual(answer.kind === 'tokens' && answer.scopes, ['search:read'])
})

test('scopes are read whatever stands between them, and unknown when not told', () => {
  for (const scope of ['repo,gist', 'repo gist', 'repo, gist'])
    assert.deepEqual(read(JSON.stringify({ access_token: 'a', scope })), {
      ...(read(JSON.stringify({ access_token: 'a', scope: ['repo', 'gist'] })) as object),
      document: { access_token: 'a', scope },
    })
  const answer = read('{"access_token":"a"}')
  assert.equal(answer.kind === 'tokens' && answer.scopes, null)
})

test('a life is a positive number or the text of one, a year at most, or what the skill says', () => {
  const lives: [unknown, number | null][] = [
    [3600, 3600],
    ['3600', 3600],
    [0, null],
    [-1, null],
    ['soon', null],
    [1e18, 31_536_000],
    [null, null],
    [{}, null],
  ]
  for (const [said, life] of lives) {
    const answer = read(JSON.stringify({ access_token: 'a', expires_in: said }))
    assert.equal(answer.kind === 'tokens' && answer.expiresIn, life, String(said))
  }
  const answer = read('{"access_token":"a"}', { refresh: { default_expires_in: 1800 } })
  assert.equal(answer.kind === 'tokens' && answer.expiresIn, 1800)
})

test('an answer is sorted by what it means, not by its status alone', () => {
  const cases: [number, string, string][] = [
    [400, '{"error":"invalid_grant"}', 'refused'],
    [200, 'error=bad_refresh_token&error_description=x', 'refused'],
    [200, '{"ok":false,"error":"token_revoked"}', 'refused'],
    [401, '{"error":"invalid_client"}', 'misconfigured'],
    [401, '<html>', 'misconfigured'],
    [200, '{"error":"incorrect_client_credentials"}', 'misconfigured'],
    [400, '{"error":"unauthorized_client"}', 'misconfigured'],
    [200, '{"ok":false}', 'transient'],
    [200, '{"ok":false,"error":"ratelimited"}', 'transient'],
    [400, '{"error":"invalid_request"}', 'transient'],
    [503, '{"error":"invalid_grant"}', 'transient'],
    [200, '<html>hello</html>', 'transient'],
    [200, '{"access_token":""}', 'transient'],
    [200, '{"access_token":7}', 'transient'],
    [204, '', 'transient'],
    [200, '{"access_token":"a","error":null}', 'tokens'],
    [201, 'access_token=a&token_type=bearer', 'tokens'],
  ]
  for (const [status, body, kind] of cases)
    assert.equal(read(body, {}, status).kind, kind, `${status} ${body}`)
})

test('what a service says of an error is not repeated unless it is a short code', () => {
  const answer = read('{"error":"your token xoxb-secret is not good"}', {}, 400)
  assert.ok(!JSON.stringify(answer).includes('xoxb'))
})

test('Retry-After is seconds or a date by the clock of whoever sent it', () => {
  const date = 'Fri, 20 Nov 2026 12:00:00 GMT'
  const cases: [Record<string, string>, number | null][] = [
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': '999999' }, 3_600_000],
    [{ 'retry-after': 'Fri, 20 Nov 2026 12:00:30 GMT', date }, 30_000],
    [{ 'retry-after': 'Fri, 20 Nov 2026 11:00:00 GMT', date }, 0],
    [{ 'retry-after': '-5' }, null],
    [{}, null],
  ]
  for (const [headers, ms] of cases) assert.equal(readRetryAfter(headers), ms, JSON.stringify(headers))
})

test('the app proves itself as the skill says: in the header, in the body, by name only', async () => {
  const grant = { code: 'c', redirectUri: 'https://here.example.com/cb', verifier: 'v' }
  const client = (settings: Record<string, unknown>) => ({ auth: authOf(settings), app, variables: {} })
  const basic = await codeRequest(client({}), grant)
  assert.equal(basic.headers['authorization'], `Basic ${Buffer.from('id+of+us:s%26cret').toString('base64')}`)
  assert.equal(
    basic.body,
    'grant_type=authorization_code&code=c&redirect_uri=https%3A%2F%2Fhere.example.com%2Fcb&code_verifier=v&client_id=id+of+us',
  )
  const post = await codeRequest(client({ client_auth: 'post', token_body: 'json' }), grant)
  assert.equal(post.headers['authorization'], undefined)
  assert.deepEqual(JSON.parse(post.body!), {
    grant_type: 'authorization_code',
    code: 'c',
    redirect_uri: 'https://here.example.com/cb',
    code_verifier: 'v',
    client_id: 'id of us',
    client_secret: 's&cret',
  })
  const open = await codeRequest(client({ client_auth: 'none' }), grant)
  assert.ok(!open.body!.includes('secret') && open.body!.includes('client_id=id+of+us'))
})

test('the app proves itself with a signed statement where the skill says private_key_jwt', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const settings = { client_auth: 'private_key_jwt', algorithm: 'RS256', issuer: 'https://a.example.com' }
  const signing = { ...app, credential: { ...app.credential, client_secret: new Secret(pem) } }
  const client = { auth: authOf(settings), app: signing, variables: {} }
  const request = await refreshRequest(client, { refresh_token: new Secret('r') })
  const body = new URLSearchParams(request.body!)
  const { payload } = await jwtVerify(body.get('client_assertion')!, publicKey)
  assert.equal(payload.iss, 'id of us')
  assert.equal(payload.aud, 'https://a.example.com')
  assert.ok(!request.body!.includes('PRIVATE'))
})

test('a refresh may go to an address and with parameters of its own', async () => {
  const refresh = { url: 'https://a.example.com/refresh', params: { audience: 'x' } }
  const client = { auth: authOf({ client_auth: 'none', refresh }), app, variables: {} }
  const request = await refreshRequest(client, { refresh_token: new Secret('r') })
  assert.equal(request.url, 'https://a.example.com/refresh')
  assert.equal(request.body, 'grant_type=refresh_token&refresh_token=r&audience=x&client_id=id+of+us')
  await assert.rejects(refreshRequest(client, {}))
})

test('a grant is ended as RFC 7009 has it, with the refresh token where there is one', async () => {
  const revocation_url = 'https://a.example.com/revoke'
  const client = { auth: authOf({ client_auth: 'post', revocation_url }), app, variables: {} }
  const tokens = { access_token: new Secret('a'), refresh_token: new Secret('r') }
  const both = await revocationRequest(client, tokens)
  assert.equal(both.url, revocation_url)
  assert.equal(both.body, 'token=r&token_type_hint=refresh_token&client_id=id+of+us&client_secret=s%26cret')
  const one = await revocationRequest(client, { access_token: new Secret('a') })
  assert.match(one.body!, /^token=a&token_type_hint=access_token/)
})

test("a grant is ended as the skill describes it, such as GitHub's", async () => {
  const revocation = {
    url: 'https://api.github.com/applications/{client_id}/token',
    method: 'DELETE',
    client_auth: 'basic',
    body: 'json',
    params: { access_token: '{access_token}' },
  }
  const github = { ...app, clientId: 'Ov1', credential: { ...app.credential, client_id: new Secret('Ov1') } }
  const client = { auth: authOf({ client_auth: 'post', revocation }), app: github, variables: {} }
  const request = await revocationRequest(client, { access_token: new Secret('gho_1') })
  assert.equal(request.method, 'DELETE')
  assert.equal(request.url, 'https://api.github.com/applications/Ov1/token')
  assert.equal(request.body, '{"access_token":"gho_1"}')
  assert.match(request.headers['authorization']!, /^Basic /)
  assert.equal(request.headers['user-agent'], 'Skillett')
})
