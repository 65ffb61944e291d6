import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertFault, startServing, type Person, type Serving } from '../support/serving.ts'

let serving: Serving
let person: Person

before(async () => {
  serving = await startServing()
  person = await serving.person()
})
after(() => serving?.stop())

const get = (path: string) => serving.request('GET', path, person.key)

test('the first level lists every integration with the accounts that the caller has there', async () => {
  await serving.connect(person.key, { account: 'work' })
  const { integrations } = (await get('/v1/skills')).body
  assert.deepEqual(
    integrations.map((each: { name: string }) => each.name),
    ['acme', 'bulk', 'github', 'ledger', 'plain', 'tenant'],
  )
  const [acme, bulk] = integrations
  assert.deepEqual(acme, {
    name: 'acme',
    title: 'Acme',
    description: "A made-up service that the server's tests talk to.",
    endpoints: 7,
    connected: true,
    accounts: ['work'],
  })
  assert.deepEqual([bulk.connected, bulk.accounts], [false, []])
})

test('the second level lists the endpoints of an integration', async () => {
  const { body } = await get('/v1/skills/acme')
  assert.deepEqual([body.name, body.title, body.version, body.connected], ['acme', 'Acme', '1.0.0', true])
  assert.deepEqual(
    body.endpoints.find((each: { name: string }) => each.name === 'make_thing'),
    {
      name: 'make_thing',
      group: 'things',
      title: 'Make thing',
      description: 'Make a thing in a repository.',
      read_only: false,
      destructive: false,
    },
  )
  assert.equal(body.endpoints.length, 7)
})

test('the third level tells all that a call needs, and nothing of how the credential is sent', async () => {
  const { body, text } = await get('/v1/skills/acme/make_thing')
  assert.deepEqual(
    [body.integration, body.name, body.group, body.method, body.path],
    ['acme', 'make_thing', 'things', 'POST', '/repos/{owner}/{repo}/things'],
  )
  assert.deepEqual(body.input.required.sort(), ['repo', 'title'])
  assert.equal(body.input.additionalProperties, false)
  assert.equal(body.annotations.read_only, false)
  assert.match(body.examples[0].run, /^skillett run acme make_thing/)
  assert.equal(typeof body.notes, 'string')
  assert.doesNotMatch(text, /"mapping"|Bearer|"request":\{"method"/)
})

test('an answer that has not changed is not sent again', async () => {
  for (const path of ['/v1/skills', '/v1/skills/acme', '/v1/skills/acme/get_me', '/v1/acme/download']) {
    const first = await get(path)
    const tag = first.headers.get('etag')!
    const ask = (key: string, match: string) =>
      fetch(serving.url + path, { headers: { authorization: `Bearer ${key}`, 'if-none-match': match } })
    const again = await ask(person.key, tag)
    assert.deepEqual([again.status, await again.text()], [304, ''])
    const other = await ask(person.key, '"other"')
    assert.deepEqual([other.status, await other.text()], [200, first.text])
    assert.match(first.headers.get('cache-control')!, /private/)
    const bad = await ask('sk_nonsense', tag)
    assert.equal(bad.status, 401)
    await bad.text()
  }
  const before = (await get('/v1/skills')).headers.get('etag')
  await serving.connect(person.key, { account: 'another' })
  assert.notEqual((await get('/v1/skills')).headers.get('etag'), before)
})

test('a search finds endpoints by what they do', async () => {
  const { endpoints } = (await get('/v1/skills?q=open%20an%20issue')).body
  assert.ok(endpoints.some((hit: { endpoint: string }) => hit.endpoint === 'create_issue'))
  assert.ok(endpoints.length <= 20)
  const within = (await get('/v1/skills/acme?q=repository')).body.endpoints
  assert.deepEqual(
    within.map((hit: { integration: string; endpoint: string }) => [hit.integration, hit.endpoint]).sort(),
    [
      ['acme', 'get_repo'],
      ['acme', 'make_thing'],
    ],
  )
  assert.deepEqual((await get('/v1/skills?q=zzzzqqqq')).body, { endpoints: [] })
  for (const q of ["'", '"', '& | !', '(((', ':*', '\\', "x' or 1=1 --", '-', 'a'.repeat(200), '😀']) {
    const answer = await get(`/v1/skills?q=${encodeURIComponent(q)}`)
    assert.equal(answer.status, 200, `${q} ${answer.text}`)
  }
})

test('unknown names are told with the nearest that there is', async () => {
  for (const [path, name] of [
    ['/v1/skills/acne', 'acme'],
    ['/v1/skills/gihub', 'github'],
    ['/v1/skills/acme/get_repos', 'get_repo'],
    ['/v1/githup/download', 'github'],
  ] as const) {
    const answer = await get(path)
    assertFault(answer, 404, 'not_found')
    assert.match(answer.body.next[0].why, new RegExp(`did you mean ${name}\\?`))
  }
  assertFault(await get('/v1/nothing'), 404, 'not_found')
  assertFault(await serving.request('GET', '/nowhere'), 404, 'not_found')
})

test('a download is the whole exported skill, with paths that stay inside', async () => {
  const { body } = await get('/v1/github/download')
  assert.equal(body.slug, 'github')
  const paths = body.files.map((file: { file_path: string }) => file.file_path)
  assert.ok(paths.includes('SKILL.md'))
  assert.ok(paths.some((path: string) => path.startsWith('references/')))
  for (const path of paths) assert.doesNotMatch(path, /^\/|\.\.|\\/)
  assert.ok(body.files.every((file: { content: string }) => file.content.length > 0))
})

test('nothing is listed without a key', async () => {
  for (const path of [
    '/v1/skills',
    '/v1/skills/acme',
    '/v1/skills/acme/get_me',
    '/v1/acme/download',
    '/v1/whoami',
  ])
    assertFault(await serving.request('GET', path), 401, 'unauthorized')
})

test('alive and ready are told to everybody', async () => {
  assert.deepEqual((await serving.request('GET', '/healthz')).body, { status: 'ok' })
  assert.deepEqual((await serving.request('GET', '/readyz')).body, { status: 'ready', database: true })
})
