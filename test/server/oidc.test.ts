/** Signing in at an OpenID provider that others wrote, and at one that does what no provider should. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, test } from 'node:test'
import { ConfigError, readConfig } from '../../server/config.ts'
import { Secret } from '../../server/credentials/secret.ts'
import { freePort } from '../support/free-port.ts'
import { startOidc, type OidcServer } from '../support/oidc.ts'
import { startServing, type Person, type Serving } from '../support/serving.ts'
import { newVisitor, type PageAnswer, type Visitor } from '../support/visitor.ts'

let oidc: OidcServer
let serving: Serving
let ada: Person

before(async () => {
  const port = await freePort()
  oidc = await startOidc(`http://127.0.0.1:${port}/sign-in/oidc/callback`, 60)
  const { issuer, clientId, clientSecret } = oidc
  serving = await startServing({
    port,
    oidc: { issuer, clientId, clientSecret: new Secret(clientSecret) },
  })
  ada = await serving.person()
})
after(async () => {
  await serving.stop()
  await oidc.stop()
})
beforeEach(() => {
  oidc.person = { id: 'ada', claims: { email: ada.email, email_verified: true } }
})

/** Goes to the provider and agrees there. @returns path and query with which it sends the browser back */
async function comeBack(visitor: Visitor, returnTo = ''): Promise<string> {
  const begun = await visitor.get(`/sign-in/oidc?return_to=${encodeURIComponent(returnTo)}`)
  assert.equal(begun.status, 303, begun.text)
  const there = newVisitor(oidc.issuer)
  let url = new URL(begun.headers.get('location')!)
  assert.equal(url.searchParams.get('code_challenge_method'), 'S256')
  assert.ok(url.searchParams.get('nonce'))
  while (url.origin === oidc.issuer) {
    const answer = await there.get(url.pathname + url.search)
    url = new URL(answer.headers.get('location') ?? 'about:blank', url)
  }
  assert.equal(url.origin, serving.url)
  return url.pathname + url.search
}

async function signInThere(returnTo = ''): Promise<{ visitor: Visitor; answer: PageAnswer }> {
  const visitor = newVisitor(serving.url)
  return { visitor, answer: await visitor.get(await comeBack(visitor, returnTo)) }
}

function assertNobody(visitor: Visitor): void {
  assert.equal(visitor.cookies.get('skillett'), undefined)
}

test('the page offers the provider, and whoever comes back is signed in where they wanted to be', async () => {
  const page = await newVisitor(serving.url).get('/sign-in')
  assert.ok(page.text.includes(`Continue with ${new URL(oidc.issuer).host}`))
  const { visitor, answer } = await signInThere('/device?user_code=BCDF-GHJK')
  assert.deepEqual([answer.status, answer.headers.get('location')], [303, '/device?user_code=BCDF-GHJK'])
  assert.match((await visitor.get('/dashboard/account')).text, new RegExp(`${ada.email}[^]*by provider`))
  assert.equal(visitor.cookies.get('skillett-oidc'), undefined)
})

test('the identity is known by its subject from then on, whatever address it has', async () => {
  await signInThere()
  oidc.person.claims = { email: 'somebody-else@example.com', email_verified: true }
  const { visitor, answer } = await signInThere()
  assert.equal(answer.status, 303)
  assert.match((await visitor.get('/dashboard/account')).text, new RegExp(ada.email))
})

test('an address alone opens nothing: not unverified, not unknown, not of another identity', async () => {
  await signInThere()
  const other = await serving.person()
  const cases = [
    { id: 'eve', claims: { email: other.email, email_verified: false } },
    { id: 'eve', claims: { email: other.email } },
    { id: 'eve', claims: { email: 'nobody@example.com', email_verified: true } },
    { id: 'eve', claims: { email: ada.email, email_verified: true } },
    { id: 'eve', claims: {} },
  ]
  for (const person of cases) {
    oidc.person = person
    const { visitor, answer } = await signInThere()
    assert.equal(answer.status, 403, JSON.stringify(person))
    assertNobody(visitor)
  }
  assert.equal((await serving.sql`select from identities where subject = 'eve'`).length, 0)
})

test('an answer is for the browser that asked, and for once', async () => {
  const visitor = newVisitor(serving.url)
  const back = await comeBack(visitor)
  const stranger = newVisitor(serving.url)
  assert.equal((await stranger.get(back)).status, 400)
  assertNobody(stranger)
  const begun = newVisitor(serving.url)
  await begun.get('/sign-in/oidc')
  assert.equal((await begun.get(back)).status, 502, "another browser's state")
  assertNobody(begun)
  assert.equal((await visitor.get(back)).status, 303)
  visitor.cookies.delete('skillett')
  assert.equal((await visitor.get(back)).status, 400)
  assertNobody(visitor)
})

test('a wrong state, another issuer, an error and rubbish sign nobody in', async () => {
  const spoil: ((query: URLSearchParams) => void)[] = [
    (query) => query.set('state', 'x'),
    (query) => query.set('iss', 'https://evil.example'),
    (query) => query.delete('iss'),
    (query) => query.set('code', 'x'),
    (query) => query.delete('code'),
    (query) => query.set('error', 'access_denied'),
  ]
  for (const change of spoil) {
    const visitor = newVisitor(serving.url)
    const back = new URL(await comeBack(visitor), serving.url)
    change(back.searchParams)
    assert.equal((await visitor.get(back.pathname + back.search)).status, 502, String(change))
    assertNobody(visitor)
  }
  const visitor = newVisitor(serving.url)
  visitor.cookies.set('skillett-oidc', 'rubbish')
  assert.equal((await visitor.get('/sign-in/oidc/callback?code=x&state=y')).status, 502)
})

test('a provider that says it is another one, or does not answer, signs nobody in', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ issuer: oidc.issuer, authorization_endpoint: `${oidc.issuer}/auth` }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const setting = { issuer, clientId: 'x', clientSecret: new Secret('y') }
  const other = await serving.another({ port: 0, oidc: setting })
  const begin = () => newVisitor(other.url).get('/sign-in/oidc')
  assert.equal((await begin()).status, 502)
  server.closeAllConnections()
  server.close()
  assert.equal((await begin()).status, 502)
})

test('without the settings there is no such way, and half of them is a mistake', async () => {
  const other = await serving.another({ port: 0, oidc: null })
  assert.equal((await newVisitor(other.url).get('/sign-in/oidc')).status, 404)
  assert.doesNotMatch((await newVisitor(other.url).get('/sign-in')).text, /Continue with/)
  const half = { SKILLETT_OIDC_ISSUER: 'https://id.example.com', SKILLETT_OIDC_CLIENT_ID: 'x' }
  assert.throws(() => readConfig({}, half), ConfigError)
  const config = readConfig({}, { ...half, SKILLETT_OIDC_CLIENT_SECRET: 'very secret' })
  assert.ok(!JSON.stringify(config).includes('very secret'))
})
