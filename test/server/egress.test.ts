import assert from 'node:assert/strict'
import { lookup } from 'node:dns/promises'
import { after, before, beforeEach, test } from 'node:test'
import type { Integration } from '#manifest'
import { makeAddressCheck } from '../../server/upstream/addresses.ts'
import { makeUpstreamClient, type UpstreamError } from '../../server/upstream/client.ts'
import { targetOf } from '../../server/upstream/target.ts'
import { assertFault, mapTo, request, startServing, type Person, type Serving } from '../support/serving.ts'
import { startSink, type Sink } from '../support/upstream.ts'

let serving: Serving
let person: Person
let sink: Sink

before(async () => {
  ;[serving, sink] = await Promise.all([startServing(), startSink()])
  person = await serving.person()
  await serving.connect(person.key)
})
after(async () => {
  await serving?.stop()
  await sink?.stop()
})
beforeEach(() => serving.upstream.reset())

/** Ways to write 127.0.0.1 and other addresses that nobody outside should reach. */
const spellings = [
  ...[
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0x7F.0.0.1',
    '017700000001',
    '0177.1',
  ],
  ...['0177.0.0.01', '127.0.0.1.', '127.000.000.001', '127.0.0.2', '127.255.255.254', '0', '0.0.0.0', '0x0'],
  ...[
    '[::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[0:0:0:0:0:ffff:7f00:0001]',
  ],
  ...['[::127.0.0.1]', '[::7f00:1]', '[64:ff9b::127.0.0.1]', '[2002:7f00:1::]', '[::ffff:0:127.0.0.1]'],
  ...['localhost', 'LOCALHOST', 'localhost.', 'ip6-localhost', 'localhost.localdomain', 'foo.localhost'],
  ...[
    '①②⑦.⓪.⓪.①',
    '127。0。0。1',
    '１２７.0.0.1',
    '%31%32%37.0.0.1',
    'a@127.0.0.1',
    '127.0.0.1%2f@example.test',
  ],
]

test('no spelling of a private address is connected to', async (t) => {
  const client = makeUpstreamClient(makeAddressCheck([]))
  const limits = { timeoutMs: 6_000, maxBytes: 1000 }
  let tried = 0
  const names = [...spellings, (await lookup('localhost')).address.replace(/^.*:.*$/, '[$&]')]
  await Promise.all(
    names.map(async (name) => {
      const text = `http://${name}:${sink.port}`
      if (!URL.canParse(text)) return
      tried += 1
      const wanted = { path: '/', method: 'GET', headers: {}, body: null }
      for (const origin of new Set([new URL(text).origin, text]))
        await assert.rejects(
          client.send({ ...wanted, origin }, limits).catch((error: unknown) => {
            // A text that is no origin is refused before anything is looked up.
            if (error instanceof Error) throw error
          }),
        )
    }),
  )
  await client.close()
  assert.equal(sink.connections, 0)
  t.diagnostic(`${tried} of ${names.length} spellings are URLs; connections: ${sink.connections}`)
})

test('the refusal says that the address is private, and is not the refusal of a peer', async () => {
  const client = makeUpstreamClient(makeAddressCheck([]))
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '10.0.0.1', '169.254.169.254', '[fe80::1]'])
    await assert.rejects(
      client.send(
        { origin: `http://${host}:${sink.port}`, path: '/', method: 'GET', headers: {}, body: null },
        { timeoutMs: 6_000, maxBytes: 1000 },
      ),
      (error: UpstreamError) => /private/.test(error.message) && !error.sent,
    )
  await client.close()
})

test('what the operator allows by name is connected to, so the listener would have seen the others', async () => {
  const client = makeUpstreamClient(makeAddressCheck(['127.0.0.0/8']))
  const open = await startSink()
  const send = (host: string) =>
    client.send(
      { origin: `http://${host}:${open.port}`, path: '/', method: 'POST', headers: {}, body: null },
      { timeoutMs: 200, maxBytes: 1000 },
    )
  for (const host of ['127.0.0.1', '127.0.0.2', '[::ffff:127.0.0.1]'])
    await assert.rejects(send(host), (error: UpstreamError) => error.kind === 'timeout')
  assert.ok(open.connections >= 3)
  assert.equal(open.bytes.length, 3)
  await assert.rejects(send('[::1]'), /private/)
  assert.equal(open.bytes.length, 3)
  await client.close()
  await open.stop()
})

test('only global unicast addresses pass, and metadata services never', (t) => {
  const none = makeAddressCheck([])
  const all = makeAddressCheck(['0.0.0.0/0', '::/0'])
  const global = [
    '1.1.1.1',
    '8.8.8.8',
    '140.82.112.3',
    '172.15.255.255',
    '172.32.0.0',
    '100.63.255.255',
    '100.128.0.0',
  ]
  const globalSix = ['2606:4700:4700::1111', '2a00:1450:4001:80b::200e', '::ffff:8.8.8.8']
  const special = [
    ...[
      '0.0.0.0',
      '0.1.2.3',
      '10.0.0.1',
      '100.64.0.1',
      '127.0.0.1',
      '169.254.1.1',
      '172.16.0.1',
      '172.31.255.255',
    ],
    ...['192.0.0.1', '192.0.2.1', '192.168.1.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1'],
    ...['239.255.255.250', '240.0.0.1', '255.255.255.255', '::', '::1', 'fe80::1', 'fe80::1%eth0', 'fc00::1'],
    ...['fd12:3456::1', 'ff02::1', '2001:db8::1', '2002:7f00:1::', '64:ff9b::7f00:1', '::7f00:1', '100::1'],
    ...['::ffff:10.0.0.1', '::ffff:c0a8:101', '::ffff:0:7f00:1', '2001::1', '3fff::1', 'fec0::1', '5f00::1'],
  ]
  const metadata = [
    ...[
      '169.254.169.254',
      '169.254.170.2',
      '169.254.170.23',
      '100.100.100.200',
      '168.63.129.16',
      '192.0.0.192',
    ],
    ...['fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254', 'FD00:0EC2::0254', '::ffff:169.254.169.254'],
    ...[
      '::ffff:a9fe:a9fe',
      '64:ff9b::a9fe:a9fe',
      '64:ff9b::169.254.169.254',
      '2002:a9fe:a9fe::',
      '::ffff:0:a9fe:a9fe',
    ],
    '::a9fe:a9fe',
  ]
  for (const address of [...global, ...globalSix]) assert.equal(none(address), true, address)
  for (const address of special) assert.equal(none(address), false, address)
  for (const address of ['', 'localhost', '127.1', '0x7f.1', '1.1.1.1 ', '1.1.1.1/8', 'evil.test'])
    assert.equal(all(address), false, address)
  assert.deepEqual(
    metadata.filter((address) => none(address) || all(address)),
    [],
  )
  assert.equal(all('10.0.0.1'), true)
  t.diagnostic(`${special.length} private and ${metadata.length} metadata addresses refused`)
})

test('an allowed range is exactly that range, and one that is none stops the start', async () => {
  const check = makeAddressCheck(['10.1.0.0/16', '192.168.7.7', 'fd00:1::/32'])
  for (const address of ['10.1.0.0', '10.1.255.255', '192.168.7.7', 'fd00:1::5', '::ffff:10.1.2.3'])
    assert.equal(check(address), true, address)
  for (const address of ['10.0.255.255', '10.2.0.0', '192.168.7.8', 'fd00:2::5', '127.0.0.1'])
    assert.equal(check(address), false, address)
  for (const wrong of [
    '',
    'localhost',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/x',
    '10.0.0/8',
    '::/129',
    '10.0.0.0/8/8',
  ])
    assert.throws(() => makeAddressCheck([wrong]), /SKILLETT_ALLOW_UPSTREAMS/, wrong)
})

test('through the whole gateway a mapped origin is checked like any other, and the caller is told', async () => {
  const closed = await serving.another({
    allowUpstreams: [],
    originMap: mapTo(`http://127.0.0.1:${sink.port}`),
  })
  const answer = await request(closed.url, 'POST', '/v1/acme/list_things', person.key, {})
  assertFault(answer, 502, 'upstream_unreachable')
  assert.match(answer.body.message, /private/)
  assert.doesNotMatch(answer.text, /127\.0\.0\.1/)
  assert.equal(sink.connections, 0)
})

test("a person's own host is no way to private addresses, and no way to fail", async (t) => {
  const tries = spellings.filter((name) => !name.startsWith('%'))
  for (const host of [
    ...tries,
    'x/../..',
    'a.test/',
    'a.test?',
    'a.test#',
    'a.test:8080',
    'u:p@a.test',
    '-a',
    'a-',
  ]) {
    const body = { integration: 'tenant', secret: 'tenant_secret_01234', variables: { host }, account: 'h' }
    const answer = await serving.request('POST', '/v1/connect', person.key, body)
    if (answer.status === 400) {
      assertFault(answer, 400, 'bad_request')
      assert.match(answer.body.fields[0].path, /^variables/)
      continue
    }
    assert.equal(answer.status, 200, answer.text)
    assertFault(await serving.call(person.key, 'tenant get_things'), 502, 'upstream_unreachable')
    await serving.request('DELETE', `/v1/connections/${answer.body.connection_id}`, person.key)
  }
  assert.equal(sink.connections, 0)
  const body = {
    integration: 'tenant',
    secret: 'tenant_secret_01234',
    variables: { host: 'acme.tenant.test' },
  }
  assert.equal((await serving.request('POST', '/v1/connect', person.key, body)).status, 200)
  assert.equal((await serving.call(person.key, 'tenant get_things')).status, 200)
  t.diagnostic(`${tries.length + 8} hosts tried`)
})

const integration = {
  name: 'made',
  base_url: 'https://{sub}.made.test/base/',
  allowed_hosts: ['{sub}.made.test', 'fixed.made.test'],
  variables: {},
} as unknown as Integration

test('a credential goes to the hosts of its integration over https, or where the operator says', () => {
  const target = (base: string, variables = { sub: 'a' }, map = {}) =>
    targetOf(integration, base, variables, map)
  assert.deepEqual(target(integration.base_url), {
    origin: 'https://a.made.test',
    prefix: '/base',
    declared: 'https://a.made.test/base',
  })
  assert.equal(target('https://A.MADE.test').origin, 'https://a.made.test')
  const wrong = [
    ...[
      'http://a.made.test',
      'https://evil.test',
      'https://a.made.test.evil.test',
      'https://a.made.test@evil.test',
    ],
    ...[
      'https://user@a.made.test',
      'https://u:p@a.made.test',
      'https://a.made.test:8443',
      'https://made.test',
    ],
    ...[
      'https://evil.test\\@a.made.test',
      'https://b.made.test',
      'ftp://a.made.test',
      'file:///etc/passwd',
      'a.made.test',
    ],
  ]
  for (const base of wrong) assert.throws(() => target(base), base)
  for (const sub of ['evil.test/', 'evil.test#', 'evil.test?', 'x@evil.test:443/', 'evil.test\\'])
    assert.throws(() => target(integration.base_url, { sub }), sub)
  const map = { 'https://a.made.test': 'http://10.0.0.5:8080' }
  assert.equal(target(integration.base_url, { sub: 'a' }, map).origin, 'http://10.0.0.5:8080')
  assert.equal(target('https://fixed.made.test', { sub: 'a' }, map).origin, 'https://fixed.made.test')
})

test('over ten thousand made-up bases and variables no host but the allowed ones is a target', (t) => {
  let seed = 7
  const pick = <T>(list: T[]): T => list[(seed = (seed * 48271) % 2147483647) % list.length]!
  const parts = [
    'a',
    '.',
    '/',
    '@',
    ':',
    '#',
    '?',
    '\\',
    'evil.test',
    '{sub}',
    'made.test',
    '%2e',
    '//',
    '443',
    ' ',
    '\t',
  ]
  let targets = 0
  for (let i = 0; i < 10_000; i += 1) {
    const text = (): string => Array.from({ length: 1 + (i % 5) }, () => pick(parts)).join('')
    const base = pick([
      `https://${text()}`,
      `https://{sub}.made.test${text()}`,
      `${text()}https://fixed.made.test`,
    ])
    const variables = { sub: pick(['a', 'b', text()]) }
    try {
      const { origin } = targetOf(integration, base, variables, {})
      const { hostname, protocol } = new URL(origin)
      assert.equal(protocol, 'https:')
      assert.match(hostname, /(^|\.)made\.test$/)
      targets += 1
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error
    }
  }
  assert.ok(targets > 100)
  t.diagnostic(`10000 bases, ${targets} targets, all of them on allowed hosts`)
})

test('a proxy of the environment is not used', async () => {
  const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY']
  for (const name of names) process.env[name] = `http://127.0.0.1:${sink.port}`
  try {
    const other = await serving.another()
    assert.equal((await request(other.url, 'POST', '/v1/acme/list_things', person.key, {})).status, 200)
    assert.equal(sink.connections, 0)
  } finally {
    for (const name of names) delete process.env[name]
  }
})
