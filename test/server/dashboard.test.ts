/** The pages behind the sign-in: connections, keys, calls, and connecting by a form. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startServing, type Person, type Serving } from '../support/serving.ts'
import { json } from '../support/upstream.ts'
import { newVisitor, signIn, type Visitor } from '../support/visitor.ts'

const secret = 'acme_secret_0123456789'
let serving: Serving

before(async () => (serving = await startServing()))
after(() => serving.stop())

async function newcomer(plan?: string): Promise<{ person: Person; visitor: Visitor }> {
  const person = await serving.person(plan)
  return { person, visitor: await signIn(serving, person) }
}

const connectionsOf = async (key: string): Promise<any[]> =>
  (await serving.request('GET', '/v1/connections', key)).body.connections

test('every page of the dashboard sends strangers to sign in, and shows them nothing', async () => {
  for (const path of ['connections', 'keys', 'calls', 'account'].map((name) => `/dashboard/${name}`)) {
    const answer = await newVisitor(serving.url).get(path)
    assert.deepEqual(
      [answer.status, answer.headers.get('location'), answer.text],
      [303, `/sign-in?return_to=${encodeURIComponent(path)}`, ''],
    )
  }
  const { visitor } = await newcomer()
  assert.equal((await visitor.get('/')).headers.get('location'), '/dashboard')
  assert.equal((await visitor.get('/dashboard')).headers.get('location'), '/dashboard/connections')
})

test('a key is made as asked, shown once and works', async () => {
  const { visitor } = await newcomer()
  const form = { name: 'My <agent>', reach: 'some', scope: 'acme', read_only: 'on', expires: '30' }
  const made = await visitor.submit('/dashboard/keys', '/dashboard/keys', form)
  assert.deepEqual([made.status, made.headers.get('location')], [303, '/dashboard/keys'])
  const cookie = made.headers.getSetCookie().find((line) => line.startsWith('skillett-new-key='))!
  assert.match(cookie, /Max-Age=60; HttpOnly; SameSite=Strict$/)
  const page = await visitor.get('/dashboard/keys')
  const key = /sk_\w{38}/.exec(page.text)![0]
  assert.match(page.text, /My &lt;agent&gt;/)
  const whoami = await serving.request('GET', '/v1/whoami', key)
  assert.deepEqual([whoami.body.key.scopes, whoami.body.key.read_only], [['acme'], true])
  const days = (Date.parse(whoami.body.key.expires_at) - Date.now()) / 86_400_000
  assert.ok(days > 29.9 && days <= 30, String(days))
  const again = await visitor.get('/dashboard/keys')
  assert.ok(!again.text.includes(key) && again.text.includes(key.slice(0, 11)))
})

test('a key that cannot be is refused, with what was filled in', async () => {
  const { visitor } = await newcomer()
  const wrong: [fields: Record<string, string>, why: RegExp][] = [
    [{ name: '', expires: 'never' }, /The name/],
    [{ name: 'x\u0007', expires: 'never' }, /The name/],
    [{ name: 'x', expires: 'never', reach: 'some' }, /at least one/],
    [{ name: 'x', expires: 'never', reach: 'some', scope: 'nowhere' }, /integrations listed/],
    [{ name: 'x', expires: '36500' }, /how long/],
    [{ name: 'x', expires: 'never', read_only: 'on', tokens: 'on' }, /tokens/],
  ]
  for (const [fields, why] of wrong) {
    const answer = await visitor.submit('/dashboard/keys', '/dashboard/keys', fields)
    assert.equal(answer.status, 400)
    assert.match(answer.text, why)
  }
  const { visitor: poor } = await newcomer('free')
  const full = await poor.submit('/dashboard/keys', '/dashboard/keys', { name: 'second', expires: 'never' })
  assert.equal(full.status, 400)
  assert.match(full.text, /allows 1 key\b.*value="second"/s)
})

test('a key is revoked by its owner and by nobody else', async () => {
  const { person, visitor } = await newcomer()
  const other = await newcomer()
  const revoke = (who: Visitor) =>
    who.submit('/dashboard/keys', '/dashboard/keys/revoke', { key: person.keyId })
  assert.equal((await revoke(other.visitor)).status, 303)
  assert.equal((await serving.request('GET', '/v1/whoami', person.key)).status, 200)
  assert.equal((await revoke(visitor)).status, 303)
  assert.equal((await serving.request('GET', '/v1/whoami', person.key)).body.error, 'api_key_revoked')
  assert.match((await visitor.get('/dashboard/keys')).text, /revoked/)
})

test('/api-keys takes the session of a person too, from our own pages', async () => {
  const { person, visitor } = await newcomer()
  const ask = async (method: string, path: string, headers: Record<string, string>, body?: unknown) => {
    const cookie = `skillett=${visitor.cookies.get('skillett')}`
    const answer = await fetch(serving.url + path, {
      method,
      headers: { cookie, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: answer.status, text: await answer.text() }
  }
  const ours = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' }
  assert.equal(JSON.parse((await ask('GET', '/api-keys', {})).text)[0].id, person.keyId)
  const made = await ask('POST', '/api-keys', ours, { name: 'by a page' })
  assert.equal(made.status, 201, made.text)
  const { id } = JSON.parse(made.text).api_key
  const foreign = { 'content-type': 'application/json', 'sec-fetch-site': 'cross-site' }
  const plain = { 'content-type': 'text/plain', 'sec-fetch-site': 'same-origin' }
  assert.equal((await ask('POST', '/api-keys', foreign, { name: 'x' })).status, 403)
  assert.equal((await ask('POST', '/api-keys', plain, { name: 'x' })).status, 403)
  assert.equal((await ask('DELETE', `/api-keys/${id}`, foreign)).status, 403)
  assert.equal((await ask('DELETE', `/api-keys/${id}`, { 'sec-fetch-site': 'same-origin' })).status, 204)
  visitor.cookies.set('skillett', 'x'.repeat(43))
  assert.equal((await ask('GET', '/api-keys', {})).status, 401)
})

test('an account is connected by a form, after the secret was tried', async () => {
  const { person, visitor } = await newcomer()
  const page = await visitor.get('/connect/acme')
  const way = /action="(\/connect\/acme\/with\/\w+)"/.exec(page.text)![1]!
  const field = /name="(secret\.\w+)"/.exec(page.text)![1]!
  const submit = (fields: Record<string, string>) => visitor.submit('/connect/acme', way, fields)
  serving.upstream.received.length = 0
  const refusals = [
    await submit({}),
    await submit({ [field]: 'ünsendable' }),
    await submit({ [field]: secret, account: '\u0000' }),
  ]
  for (const { status, text } of refusals) {
    assert.equal(status, 400)
    assert.ok(!text.includes(secret))
  }
  assert.equal(serving.upstream.received.length, 0, 'nothing was tried')
  const done = await submit({ [field]: ` ${secret} `, account: 'from the web' })
  assert.equal(done.headers.get('location'), '/connect/acme/connected')
  assert.match((await visitor.get('/connect/acme/connected')).text, /Acme is connected/)
  assert.deepEqual(
    (await connectionsOf(person.key)).map(({ integration, account, status }) => [
      integration,
      account,
      status,
    ]),
    [['acme', 'from the web', 'active']],
  )
  const text = (await visitor.get('/dashboard/connections')).text
  assert.match(text, /from the web/)
  assert.ok(!text.includes(secret))
})

test('a secret that the service refuses is not stored and not shown again', async (t) => {
  const { person, visitor } = await newcomer()
  t.after(() => serving.upstream.reset())
  serving.upstream.early = (response) => {
    response.writeHead(401, { 'content-type': 'application/json' }).end('{}')
    return true
  }
  const page = await visitor.get('/connect/acme')
  const way = /action="(\/connect\/acme\/with\/\w+)"/.exec(page.text)![1]!
  const field = /name="(secret\.\w+)"/.exec(page.text)![1]!
  const answer = await visitor.submit('/connect/acme', way, { [field]: secret, account: 'kept' })
  assert.equal(answer.status, 400)
  assert.match(answer.text, /is refused by Acme/)
  assert.match(answer.text, /value="kept"/)
  assert.ok(!answer.text.includes(secret))
  assert.deepEqual(await connectionsOf(person.key), [])
})

test('connecting by a form needs a session, our page and its token', async () => {
  const { person, visitor } = await newcomer()
  const way = /action="(\/connect\/acme\/with\/\w+)"/.exec((await visitor.get('/connect/acme')).text)![1]!
  assert.equal((await newVisitor(serving.url).post(way, {})).status, 303)
  assert.equal((await visitor.post(way, {})).status, 403)
  assert.equal((await visitor.post(way, {}, { 'sec-fetch-site': 'cross-site' })).status, 403)
  assert.equal((await visitor.submit('/connect/acme', '/connect/acme/with/nothing')).status, 404)
  assert.equal((await newVisitor(serving.url).get('/connect/acme')).status, 303)
  assert.deepEqual(await connectionsOf(person.key), [])
})

test('a connection is checked and removed by its owner and by nobody else', async (t) => {
  const { person, visitor } = await newcomer()
  const other = await newcomer()
  t.after(() => serving.upstream.reset())
  const id = (await serving.connect(person.key)).body.connection_id as string
  const act = (who: Visitor, name: string) =>
    who.submit('/dashboard/connections', `/dashboard/connections/${name}`, { connection: id })
  assert.equal((await act(other.visitor, 'verify')).status, 404)
  await act(other.visitor, 'remove')
  assert.equal((await connectionsOf(person.key)).length, 1)
  assert.match((await act(visitor, 'verify')).headers.get('location')!, /done=works$/)
  serving.upstream.early = (response, request) => {
    json({}, 401)({} as never, response, request)
    return true
  }
  assert.match((await act(visitor, 'verify')).headers.get('location')!, /done=expired$/)
  const page = (await visitor.get('/dashboard/connections?done=expired')).text
  assert.match(page, /connect again/)
  assert.match((await act(visitor, 'remove')).headers.get('location')!, /done=removed$/)
  assert.deepEqual(await connectionsOf(person.key), [])
  assert.equal((await serving.sql`select from credentials where connection_id = ${id}`).length, 0)
})

test('the calls of the profile are listed and narrowed down, and nobody sees those of others', async (t) => {
  const { person, visitor } = await newcomer()
  t.after(() => serving.upstream.reset())
  await serving.connect(person.key)
  const second = await serving.key(person, { name: 'the second key' })
  await serving.call(person.key, 'acme get_me')
  serving.upstream.early = (response, request) => {
    json({}, 404)({} as never, response, request)
    return true
  }
  await serving.call(second.key, 'acme get_me')
  await serving.calls()
  const rows = async (query: string): Promise<number> =>
    [...(await visitor.get(`/dashboard/calls${query}`)).text.matchAll(/data-label="When"/g)].length
  assert.equal(await rows(''), 3)
  assert.equal(await rows('?integration=acme'), 3)
  assert.equal(await rows('?integration=github'), 0)
  assert.equal(await rows('?outcome=refused'), 1)
  assert.equal(await rows('?outcome=done'), 2)
  assert.equal(await rows(`?key=${second.keyId}`), 1)
  assert.equal(await rows("?integration=');drop table x&outcome=<b>&before=x&key=_"), 3)
  const { visitor: stranger } = await newcomer()
  assert.match((await stranger.get(`/dashboard/calls?key=${second.keyId}`)).text, /No calls\./)
})

test('older calls are a page away', async () => {
  const { person, visitor } = await newcomer()
  await serving.sql`
    insert into skill_calls (id, profile_id, key_id, integration, endpoint, state, upstream_status)
    select gen_random_uuid(), ${person.profileId}, ${person.keyId}, 'acme', 'e' || n, 'done', 200 from generate_series(1, 60) n`
  const first = (await visitor.get('/dashboard/calls')).text
  const next = /href="(\/dashboard\/calls\?before=[^"]+)"/.exec(first)![1]!.replaceAll('&amp;', '&')
  const second = (await visitor.get(next)).text
  const endpoints = (text: string) => [...text.matchAll(/acme (e\d+)/g)].map((match) => match[1])
  assert.equal(new Set([...endpoints(first), ...endpoints(second)]).size, 60)
  assert.doesNotMatch(second, /Older calls/)
})
