import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { assertFault, startServing, type Person, type Serving } from '../support/serving.ts'

let serving: Serving
let person: Person

before(async () => {
  serving = await startServing()
  person = await serving.person()
  await serving.connect(person.key)
})
after(() => serving?.stop())
beforeEach(() => serving.upstream.reset())

test('owner/repo becomes two segments, and a read is sent without a body', async () => {
  const answer = await serving.call(person.key, 'acme get_repo', { repo: 'ac-me/a.p_p' })
  assert.equal(answer.text, '{"status":200,"data":{"ok":true}}')
  const [sent] = serving.upstream.received
  assert.deepEqual([sent!.method, sent!.url, sent!.body.length], ['GET', '/v2/repos/ac-me/a.p_p', 0])
  const { host, connection, ...headers } = sent!.headers
  assert.deepEqual(headers, {
    accept: 'application/json',
    'accept-encoding': 'gzip, br',
    authorization: 'Bearer acme_secret_0123456789',
    'x-acme-version': '7',
  })
})

test('what takes part of a value is told when the value does not have that part', async () => {
  for (const repo of ['acme', 'acme/', '/app', 'a/b/c', '', 'acme/app\n'])
    assertFault(await serving.call(person.key, 'acme get_repo', { repo }), 400, 'bad_request')
  assert.equal(serving.upstream.received.length, 0)
})

test('arrays go into the query as the skill says, in the order of its parameters', async () => {
  const params = {
    page: 2,
    ids: [1, 2, 3],
    tags: ['a b', 'c&d=e', 'ü'],
    q: "it's 100% (ok)",
    filter: { state: 'open', by: { name: 'x y' } },
  }
  await serving.call(person.key, 'acme list_things', params)
  assert.equal(
    serving.upstream.received[0]!.url,
    '/v2/things?view=full&q=it%27s%20100%25%20%28ok%29&tags=a%20b&tags=c%26d%3De&tags=%C3%BC&ids=1%2C2%2C3&page=2' +
      '&filter[state]=open&filter[by][name]=x%20y',
  )
})

test('a body is nested as the mapping says and holds nothing else', async () => {
  const params = {
    repo: 'acme/app',
    title: 'Bug "1" ü',
    labels: ['a', 'b'],
    assignee: 'id-7',
    when: 'now',
    trace: 't-1',
    count: 3,
  }
  const answer = await serving.call(person.key, 'acme make_thing', params)
  assert.equal(answer.status, 200, answer.text)
  const [sent] = serving.upstream.received
  assert.equal(sent!.method, 'POST')
  assert.equal(sent!.url, '/v2/repos/acme/app/things')
  assert.equal(
    sent!.body.toString(),
    '{"title":"Bug \\"1\\" ü","count":3,"labels":["a","b"],"fields":{"assignee":{"accountId":"id-7"},"when":"now"}}',
  )
  assert.equal(sent!.headers['x-trace'], 't-1')
  assert.equal(sent!.headers['content-type'], 'application/json')
  assert.equal(Number(sent!.headers['content-length']), sent!.body.length)
})

test('a key in the query is added to what is there, and a user name with password is basic', async () => {
  await serving.connect(person.key, { integration: 'bulk', secret: 'key &=/+?1' })
  await serving.call(person.key, 'bulk find_things', { q: 'x' })
  assert.equal(serving.upstream.received[0]!.url, '/find?q=x&api_key=key%20%26%3D%2F%2B%3F1')
  await serving.connect(person.key, { integration: 'ledger', secret: { user: 'ada', password: 'p:w:long' } })
  await serving.call(person.key, 'ledger get_things')
  const basic = `Basic ${Buffer.from('ada:p:w:long').toString('base64')}`
  assert.equal(serving.upstream.received[1]!.headers.authorization, basic)
})

test('an integration without sign-in is called without a credential', async () => {
  const answer = await serving.call(person.key, 'plain get_things')
  assert.equal(answer.status, 200, answer.text)
  assert.equal(serving.upstream.received[0]!.headers.authorization, undefined)
})

test('a dry run shows the request with the credential masked, and sends and records nothing', async () => {
  const recorded = (await serving.calls()).length
  const answer = await serving.call(
    person.key,
    'acme make_thing',
    { repo: 'acme/app', title: 'Bug' },
    { dry_run: true },
  )
  const { dry_run, method, url, headers, body, connection } = answer.body
  assert.deepEqual(
    { dry_run, method, url, body, connection },
    {
      dry_run: true,
      method: 'POST',
      url: 'https://api.acme.test/v2/repos/acme/app/things',
      body: { title: 'Bug' },
      connection: 'acme/octocat',
    },
  )
  assert.equal(headers.authorization, 'Bearer ***')
  assert.equal(answer.text.includes('acme_secret'), false)
  assert.equal(serving.upstream.received.length, 0)
  assert.equal((await serving.calls()).length, recorded)
})

test('a header parameter carries nothing that would end the header', async () => {
  const spoils = [
    '\r\nX-Evil: 1',
    '\n',
    '\r',
    '\0',
    'é',
    '\u2028',
    '\x7f',
    '\x1b[0m',
    'a\r\n\r\nGET / HTTP/1.1',
  ]
  for (const trace of spoils) {
    const answer = await serving.call(person.key, 'acme make_thing', { repo: 'a/b', title: 't', trace })
    assertFault(answer, 400, 'bad_request')
    assert.equal(answer.body.fields[0].path, 'trace')
  }
  assert.equal(serving.upstream.received.length, 0)
})

test('a slash in one segment stays in it, and several segments are only taken where the skill says so', async () => {
  await serving.call(person.key, 'acme get_file', { name: 'a/b c?d#e%2F' })
  await serving.call(person.key, 'acme get_tree', { path: 'a/b c/d?e' })
  assert.deepEqual(
    serving.upstream.received.map((sent) => sent.url),
    ['/v2/files/a%2Fb%20c%3Fd%23e%252F/raw', '/v2/trees/a/b%20c/d%3Fe'],
  )
})

test('no form of a dot segment leaves the path that the skill wrote', async (t) => {
  const forms = [
    ...['.', '..', '../me', '../../admin', 'a/../../me', 'a/..', './a', '%2e', '%2e%2e', '.%2e', '%2E%2E/x'],
    ...['..%2fme', '..%2Fme', '%2e%2e%2fme', '%252e%252e', '%252e%252e%252fme', '..%252fme'],
    ...[
      '..\\me',
      '..%5cme',
      'a\\..\\b',
      '\\',
      '%2e%2e%5cme',
      '..\0',
      '..\n',
      '\t..',
      'a\u0000b',
      'a\r\nb',
      '\x7f',
    ],
    '',
  ]
  for (const form of forms) {
    for (const [name, param] of [
      ['acme get_file', 'name'],
      ['acme get_tree', 'path'],
    ] as const) {
      const answer = await serving.call(person.key, name, { [param]: form })
      assertFault(answer, 400, 'bad_request')
      assert.deepEqual(
        answer.body.fields.map((field: { path: string }) => field.path),
        [param],
      )
    }
  }
  for (const path of ['/a', 'a/', 'a//b', '//evil.test/a'])
    assertFault(await serving.call(person.key, 'acme get_tree', { path }), 400, 'bad_request')
  assert.equal(serving.upstream.received.length, 0)
  t.diagnostic(`${2 * forms.length + 4} traversals refused, 0 requests sent`)
})

test('half a surrogate pair cannot be written in a URL, and is told', async () => {
  for (const [name, params] of [
    ['acme get_file', { name: 'a\ud800b' }],
    ['acme list_things', { q: '\udc00' }],
    ['acme list_things', { tags: ['ok', '\ud800'] }],
    ['acme list_things', { filter: { '\ud800': 'x' } }],
  ] as const)
    assertFault(await serving.call(person.key, name, params), 400, 'bad_request')
  assert.equal(serving.upstream.received.length, 0)
})
