/** Signing in: links, passwords, sessions, and what keeps other people's pages out. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { safeReturn } from '../../server/sign-in/return-to.ts'
import { request, startServing, type Serving } from '../support/serving.ts'
import { makeLink, newVisitor, readFormToken, signIn, type PageAnswer } from '../support/visitor.ts'

const password = 'seven calm herons wade'
const sameOrigin = { 'sec-fetch-site': 'same-origin' }
let serving: Serving

before(async () => (serving = await startServing()))
after(() => serving.stop())

/** Where a redirect leads; every form is answered with 303. */
function locationOf(answer: PageAnswer): string {
  assert.equal(answer.status, 303, answer.text)
  return answer.headers.get('location')!
}

test('a link shows a page as often as it is opened, and signs in once', async () => {
  const person = await serving.person()
  const link = await makeLink(serving, person)
  const visitor = newVisitor(serving.url)
  for (let i = 0; i < 3; i += 1) {
    const page = await visitor.get(link)
    assert.equal(page.status, 200)
    assert.match(page.text, new RegExp(person.email))
    assert.equal(visitor.cookies.size, 0)
  }
  assert.equal(locationOf(await visitor.post(link, {})), '/dashboard')
  assert.match((await visitor.get('/dashboard/account')).text, new RegExp(person.email))
  const stranger = newVisitor(serving.url)
  assert.equal((await stranger.post(link, {})).status, 404)
  assert.equal((await stranger.get(link)).status, 404)
  assert.equal(stranger.cookies.size, 0)
})

test('of a link pressed many times at once, one press signs in', async () => {
  const link = await makeLink(serving, await serving.person())
  const presses = Array.from({ length: 10 }, () => newVisitor(serving.url).post(link, {}))
  const statuses = (await Promise.all(presses)).map(({ status }) => status).sort()
  assert.deepEqual(statuses, [303, ...Array(9).fill(404)])
})

test('using a link ends the other links of its owner, and an old link signs nobody in', async () => {
  const person = await serving.person()
  const [first, second, other] = [
    await makeLink(serving, person),
    await makeLink(serving, person),
    await makeLink(serving, await serving.person()),
  ]
  assert.equal((await newVisitor(serving.url).post(first, {})).status, 303)
  assert.equal((await newVisitor(serving.url).post(second, {})).status, 404)
  await serving.sql`update sign_in_links set expires_at = now()`
  assert.equal((await newVisitor(serving.url).get(other)).status, 404)
  assert.equal((await newVisitor(serving.url).post(other, {})).status, 404)
  for (const wrong of ['x', 'a'.repeat(43), '..', '%00', 'a'.repeat(5000)])
    assert.notEqual((await newVisitor(serving.url).post(`/sign-in/link/${wrong}`, {})).status, 303)
})

test('the cookie is new at every sign-in, unreadable for scripts and stored nowhere', async () => {
  const person = await serving.person()
  const visitor = newVisitor(serving.url)
  const planted = 'p'.repeat(43)
  visitor.cookies.set('skillett', planted)
  const answer = await visitor.post(await makeLink(serving, person), {})
  const line = answer.headers.getSetCookie()[0]!
  assert.match(line, /^skillett=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax$/)
  const first = visitor.cookies.get('skillett')!
  assert.notEqual(first, planted)
  await visitor.post(await makeLink(serving, person), {})
  const second = visitor.cookies.get('skillett')!
  assert.notEqual(second, first)
  const old = newVisitor(serving.url)
  old.cookies.set('skillett', first)
  assert.equal(locationOf(await old.get('/dashboard/account')), '/sign-in?return_to=%2Fdashboard%2Faccount')
  const rows = await serving.sql`select s.*, encode(id_hash, 'escape') as text from sessions s`
  assert.ok(!JSON.stringify(rows).includes(second))
})

test('over https the cookie is bound to the host and Secure', async () => {
  const person = await serving.person()
  const other = await serving.another({ publicUrl: 'https://gateway.example.com' })
  const visitor = newVisitor(other.url)
  const answer = await visitor.post(await makeLink(serving, person), {})
  assert.match(
    answer.headers.getSetCookie()[0]!,
    /^__Host-skillett=[\w-]{43}; Path=\/; .*HttpOnly; SameSite=Lax; Secure$/,
  )
  assert.equal((await visitor.get('/dashboard/account')).status, 200)
  visitor.cookies.set('skillett', visitor.cookies.get('__Host-skillett')!)
  visitor.cookies.delete('__Host-skillett')
  assert.equal((await visitor.get('/dashboard/account')).status, 303)
})

test('a session ends when its time is up, and when its owner signs out', async () => {
  const person = await serving.person()
  const visitor = await signIn(serving, person)
  await serving.sql`update sessions set expires_at = now() where profile_id = ${person.profileId}`
  assert.equal((await visitor.get('/dashboard/account')).status, 303)
  const again = await signIn(serving, person)
  const token = again.cookies.get('skillett')!
  assert.equal(locationOf(await again.submit('/dashboard/account', '/sign-out')), '/sign-in')
  assert.equal(again.cookies.size, 0)
  again.cookies.set('skillett', token)
  assert.equal((await again.get('/dashboard/account')).status, 303)
})

test('a password signs in once it is set, and is stored as a salted scrypt hash', async () => {
  const person = await serving.person()
  const visitor = await signIn(serving, person)
  const other = await signIn(serving, person)
  const set = await visitor.submit('/dashboard/account', '/dashboard/account/password', { fresh: password })
  assert.equal(locationOf(set), '/dashboard/account?done=password')
  assert.equal((await other.get('/dashboard/account')).status, 303, 'other browsers are signed out')
  assert.equal((await visitor.get('/dashboard/account')).status, 200)
  const [row] = await serving.sql`select password_hash from profiles where id = ${person.profileId}`
  assert.match(row!['password_hash'], /^\$scrypt\$ln=15,r=8,p=3\$[\w-]{22}\$[\w-]{43}$/)
  const fresh = newVisitor(serving.url)
  const fields = { email: person.email.toUpperCase(), password, return_to: '/device?user_code=BCDF-GHJK' }
  assert.equal(locationOf(await fresh.post('/sign-in', fields)), '/device?user_code=BCDF-GHJK')
  assert.equal((await fresh.get('/dashboard/account')).status, 200)
})

test('a wrong password, an unknown account and an account without one look the same', async () => {
  const person = await serving.person()
  const visitor = await signIn(serving, person)
  await visitor.submit('/dashboard/account', '/dashboard/account/password', { fresh: password })
  const without = await serving.person()
  const answers = []
  for (const email of [person.email, without.email, 'nobody@example.com']) {
    const answer = await newVisitor(serving.url).post('/sign-in', { email, password: 'wrong wrong wrong' })
    assert.deepEqual([answer.status, answer.headers.getSetCookie()], [401, []])
    answers.push(answer.text.replaceAll(email, 'X'))
  }
  assert.equal(new Set(answers).size, 1)
})

test('a password is changed by whoever knows the present one, and weak ones are refused', async () => {
  const person = await serving.person()
  const visitor = await signIn(serving, person)
  const change = (fields: Record<string, string>) =>
    visitor.submit('/dashboard/account', '/dashboard/account/password', fields)
  for (const fresh of ['short', 'aaaaaaaaaaaaaaaaaa', `x${person.email}x`, 'é'.repeat(201)])
    assert.equal((await change({ fresh })).status, 400, fresh)
  assert.equal((await change({ fresh: password })).status, 303)
  assert.equal((await change({ fresh: 'another good long one' })).status, 400)
  assert.equal((await change({ fresh: 'another good long one', current: 'no no no no no' })).status, 400)
  assert.equal((await change({ fresh: 'another good long one', current: password })).status, 303)
})

test('guessing a password stops after ten tries, for the right one too, and a link still opens', async () => {
  const person = await serving.person()
  const visitor = await signIn(serving, person)
  await visitor.submit('/dashboard/account', '/dashboard/account/password', { fresh: password })
  const guess = (word: string) =>
    newVisitor(serving.url).post('/sign-in', { email: person.email, password: word })
  const tries = await Promise.all(Array.from({ length: 14 }, (_, i) => guess(`wrong guess ${i}`)))
  assert.equal(tries.filter(({ status }) => status === 401).length, 10)
  assert.equal(tries.filter(({ status }) => status === 429).length, 4)
  assert.equal((await guess(password)).status, 429)
  assert.equal((await newVisitor(serving.url).post(await makeLink(serving, person), {})).status, 303)
  await serving.sql`update attempts set ends_at = now()`
  assert.equal((await guess(password)).status, 303)
})

test('an address has its own limit, whatever accounts it tries and whatever it says it is', async () => {
  await serving.sql`delete from attempts`
  await serving.sql`
    insert into attempts (subject, count, ends_at) values ('password address 127.0.0.1', 59, now() + interval '1 minute')`
  const guess = (i: number) =>
    newVisitor(serving.url).post(
      '/sign-in',
      { email: `someone${i}@example.com`, password: 'wrong wrong wrong' },
      { ...sameOrigin, 'x-forwarded-for': `203.0.113.${i}`, forwarded: `for=203.0.113.${i}` },
    )
  assert.deepEqual(
    [(await guess(1)).status, (await guess(2)).status, (await guess(3)).status],
    [401, 429, 429],
  )
  await serving.sql`delete from attempts`
})

test('a form is taken from our own pages, by POST, with the token of the session', async () => {
  const person = await serving.person()
  const visitor = await signIn(serving, person)
  const token = readFormToken((await visitor.get('/dashboard/account')).text)
  const stranger = await signIn(serving, await serving.person())
  const foreign = readFormToken((await stranger.get('/dashboard/account')).text)
  const path = '/dashboard/account/sessions/end-all'
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const refused: [why: string, body: Record<string, string>, headers: Record<string, string>][] = [
    ['another site', { form_token: token }, { 'sec-fetch-site': 'cross-site', ...form }],
    ['another host of the site', { form_token: token }, { 'sec-fetch-site': 'same-site', ...form }],
    [
      'another site that names our origin',
      { form_token: token },
      { 'sec-fetch-site': 'cross-site', origin: serving.url },
    ],
    ['an old browser on another site', { form_token: token }, { origin: 'https://evil.example' }],
    ['nothing that says where from', { form_token: token }, { origin: 'null' }],
    ['a script that names no origin', { form_token: token }, {}],
    ['no token', {}, sameOrigin],
    ['a wrong token', { form_token: 'x' }, sameOrigin],
    ["another session's token", { form_token: foreign }, sameOrigin],
    ['plain text', { form_token: token }, { ...sameOrigin, 'content-type': 'text/plain' }],
  ]
  for (const [why, body, headers] of refused)
    assert.equal((await visitor.post(path, body, headers)).status, 403, why)
  assert.equal((await visitor.get(path)).status, 404)
  assert.equal((await visitor.get('/dashboard/account')).status, 200, 'nothing happened')
  assert.equal((await visitor.post(path, { form_token: token }, { origin: serving.url })).status, 303)
  assert.equal((await visitor.get('/dashboard/account')).status, 303)
  const link = await makeLink(serving, person)
  assert.equal((await newVisitor(serving.url).post(link, {}, { 'sec-fetch-site': 'cross-site' })).status, 403)
  assert.equal((await newVisitor(serving.url).get(link)).status, 200, 'the link is not used up')
})

test('signing out everywhere, and signing out one other browser', async () => {
  const person = await serving.person()
  const [one, two, three] = [
    await signIn(serving, person),
    await signIn(serving, person),
    await signIn(serving, person),
  ]
  const page = (await one.get('/dashboard/account')).text
  const handles = [...page.matchAll(/name="session"\s+value="(\w+)"/g)].map((match) => match[1]!)
  assert.equal(handles.length, 2)
  const stranger = await signIn(serving, await serving.person())
  await stranger.submit('/dashboard/account', '/dashboard/account/sessions/end', { session: handles[0]! })
  assert.equal(
    (await two.get('/dashboard/account')).status + (await three.get('/dashboard/account')).status,
    400,
  )
  await one.submit('/dashboard/account', '/dashboard/account/sessions/end', { session: handles[0]! })
  assert.deepEqual(
    [(await two.get('/dashboard/account')).status, (await three.get('/dashboard/account')).status].sort(),
    [200, 303],
  )
  const all = await one.submit('/dashboard/account', '/dashboard/account/sessions/end-all')
  assert.equal(locationOf(all), '/sign-in')
  for (const visitor of [one, two, three]) assert.equal((await visitor.get('/dashboard/account')).status, 303)
})

test('nobody is sent off this gateway after signing in', async () => {
  const off = [
    '//evil.example',
    '/\\evil.example',
    '/%2f%2fevil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/device/../../x',
    '/\tdevice',
    '/device\n',
    '',
    '/v1/skills',
    '/sign-out',
    '/device#//x\\y',
  ]
  for (const path of off) assert.equal(safeReturn(path), '/dashboard', JSON.stringify(path))
  for (const path of ['/device?user_code=BCDF-GHJK', '/connect/github', '/dashboard/keys'])
    assert.equal(safeReturn(path), path)
  const visitor = await signIn(serving, await serving.person())
  const answer = await visitor.get('/sign-in?return_to=%2F%2Fevil.example')
  assert.equal(locationOf(answer), '/dashboard')
})

test('every page lets a browser do nothing but show it', async () => {
  const visitor = await signIn(serving, await serving.person())
  const link = await makeLink(serving, await serving.person())
  for (const [who, path] of [
    [newVisitor(serving.url), '/sign-in'],
    [newVisitor(serving.url), link],
    [newVisitor(serving.url), '/dashboard/account'],
    [newVisitor(serving.url), '/nowhere'],
    [visitor, '/dashboard/account'],
  ] as const) {
    const { headers, text } = await who.get(path)
    assert.match(
      headers.get('content-security-policy')!,
      /^default-src 'none'; .*form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
    )
    assert.equal(headers.get('x-frame-options'), 'DENY')
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.equal(headers.get('referrer-policy'), 'no-referrer')
    assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin')
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.doesNotMatch(text, /<script|\son\w+=|style="|(?:src|href|action)="(?:https?:)?\/\//)
  }
})

test('who asks for JSON gets the fault, who asks for a page gets a page', async () => {
  const page = await newVisitor(serving.url).get('/nowhere')
  assert.equal(page.status, 404)
  assert.match(page.text, /<h1>There is nothing here<\/h1>/)
  const answer = await request(serving.url, 'GET', '/nowhere')
  assert.deepEqual([answer.status, answer.body.error], [404, 'not_found'])
  const hostile = await newVisitor(serving.url).get('/<img src=x onerror=alert(1)>')
  assert.doesNotMatch(hostile.text, /<img/)
})
