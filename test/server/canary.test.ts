import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { makeVault } from '../../server/credentials/vault.ts'
import { parseRing } from '../../server/credentials/ring.ts'
import {
  request,
  ringText,
  startServing,
  type Answer,
  type Person,
  type Serving,
} from '../support/serving.ts'
import { bytes, json } from '../support/upstream.ts'

const canary = 'Canary/9f+3"=?&\\zK~8#secret'

let serving: Serving
let person: Person
const answers: Answer[] = []

before(async () => {
  serving = await startServing()
  person = await serving.person()
  for (const integration of ['acme', 'bulk'])
    answers.push(await serving.connect(person.key, { integration, secret: canary, account: 'main' }))
  answers.push(
    await serving.connect(person.key, { integration: 'ledger', secret: { user: 'ada', password: canary } }),
  )
})
after(() => serving?.stop())
beforeEach(() => serving.upstream.reset())

/** Every form in which the secret could show, as plain text to look for. */
const forms: Record<string, (text: string) => string> = {
  plain: (text) => text,
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  'URL-encoded': (text) => encodeURIComponent(text),
  hex: (text) => Buffer.from(text).toString('hex'),
  'JSON-escaped': (text) => JSON.stringify(text).slice(1, -1),
  'hex in capitals': (text) => Buffer.from(text).toString('hex').toUpperCase(),
}

function leaks(text: string): string[] {
  const body = text.replaceAll('\\\\', '\\')
  return Object.entries(forms).flatMap(([name, form]) => {
    // Without its padding and its last characters, which neighbours change.
    const wanted = form(canary).replace(/=+$/, '').slice(0, -2)
    return text.includes(wanted) || body.includes(wanted) ? [name] : []
  })
}

test('the looking finds a secret in every one of its forms', () => {
  for (const [name, form] of Object.entries(forms)) assert.ok(leaks(`x${form(canary)}y`).includes(name), name)
  assert.deepEqual(leaks('nothing'), [])
})

test('an upstream that sends the secret back, in seven forms and any surroundings, does not get it through', async (t) => {
  let seed = 1
  const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below
  let tried = 0
  for (const name of ['acme list_things', 'bulk get_things', 'ledger get_things'])
    for (const [form, encode] of Object.entries(forms))
      for (let i = 0; i < 12; i += 1) {
        const noise = (): string => 'x'.repeat(random(50))
        const text = encode(canary)
        const quoted = form === 'JSON-escaped' ? text : JSON.stringify(text).slice(1, -1)
        const body = [
          `{"a":"${noise()}","echo":"${noise()}${quoted}${noise()}"}`,
          `${noise()}${text}${text}`,
          `{"${quoted}":["${quoted}",${noise().length}]}`,
        ][i % 3]!
        const cut = random(body.length)
        serving.upstream.reply = [
          json(body, 200, { 'content-type': i % 2 === 0 ? 'application/json' : 'text/plain' }),
          json(gzipSync(body), 422, { 'content-encoding': 'gzip' }),
          ((_received, response) => {
            response.writeHead(200, { 'content-type': 'application/json', 'x-echo': 'a', 'x-secret': 'b' })
            response.write(body.slice(0, cut))
            setImmediate(() => response.end(body.slice(cut)))
          }) satisfies typeof serving.upstream.reply,
        ][random(3)]!
        const answer = await serving.call(person.key, name)
        assert.deepEqual(leaks(answer.text), [], `${name} ${form}: ${answer.text}`)
        assert.match(answer.text, /\[redacted\]/)
        tried += 1
      }
  t.diagnostic(`${tried} echoes in ${Object.keys(forms).length} forms, 0 came through`)
})

test('the base64 of a longer text that holds the secret does not get through', async () => {
  for (const head of ['', 'a', 'ab', 'abc', 'ada:'])
    for (const encoding of ['base64', 'base64url'] as const) {
      serving.upstream.reply = json({ echo: Buffer.from(`${head}${canary}tail`).toString(encoding) })
      const { data } = (await serving.call(person.key, 'acme list_things')).body
      const found = Buffer.from(data.echo.replace('[redacted]', '!'), 'base64').toString('latin1')
      assert.equal(found.includes(canary.slice(2, -2)), false)
      assert.match(data.echo, /\[redacted\]/)
    }
})

test('no error, no header, no dry run and no list shows it', async () => {
  const calls = (name: string, params: unknown = {}, rest = {}) =>
    serving.call(person.key, name, params, rest)
  answers.push(await calls('acme list_things', {}, { dry_run: true }))
  answers.push(await calls('bulk find_things', { q: 'a' }, { dry_run: true }))
  answers.push(await calls('ledger get_things', {}, { dry_run: true }))
  for (const reply of [
    bytes(`${canary}\r\n\r\n`),
    bytes(`HTTP/1.1 200 ${canary}\r\nx: y\r\n\r\n{`, 'reset'),
  ]) {
    serving.upstream.reply = reply
    answers.push(await calls('acme list_things'))
  }
  serving.upstream.reply = ({ headers }, response) => {
    const echo = Buffer.from(headers.authorization ?? '').toString('base64url')
    response.writeHead(302, { location: `https://evil.test/${echo}`, 'x-echo': echo }).end()
  }
  answers.push(await calls('acme list_things'))
  serving.upstream.reply = json({ error: canary }, 401)
  answers.push(await calls('acme list_things'))
  for (const wrong of [{ token: canary, extra: canary }, { [canary]: canary }, [canary], `${canary}\n`])
    answers.push(
      await request(serving.url, 'POST', '/v1/connect', person.key, { integration: 'acme', secret: wrong }),
    )
  for (const path of [
    '/v1/connections',
    '/v1/calls',
    '/v1/skills',
    '/v1/skills/acme',
    '/v1/whoami',
    '/api-keys',
  ])
    answers.push(await serving.request('GET', path, person.key))
  const { connections } = (await serving.request('GET', '/v1/connections', person.key)).body
  for (const { id } of connections) {
    answers.push(await serving.request('POST', `/v1/connections/${id}/verify`, person.key))
    answers.push(await serving.request('GET', `/v1/connect/${id}`, person.key))
  }
  for (const { text, headers } of answers)
    assert.deepEqual(
      leaks(
        `${text.replaceAll(`secret.${JSON.stringify(canary).slice(1, -1)}`, '')}\n${[...headers].join('\n')}`,
      ),
      [],
      text,
    )
})

test('no column of any table holds it, nor anything that opens without the ring', async (t) => {
  const { sql } = serving
  await serving.calls()
  const tables =
    await sql`select table_name as name from information_schema.tables where table_schema = 'public'`
  let cells = 0
  for (const { name } of tables) {
    for (const row of await sql`select * from ${sql(name)}`)
      for (const value of Object.values(row)) {
        const text = Buffer.isBuffer(value) ? value.toString('latin1') : JSON.stringify(value)
        assert.deepEqual(leaks(text), [], name)
        assert.equal(text.includes(person.key), false)
        assert.equal(text.includes(ringText.slice(5)), false)
        cells += 1
      }
    const dump = await sql.unsafe(`select t::text as text from ${name} t`)
    for (const row of dump) assert.deepEqual(leaks(row['text']), [])
  }
  t.diagnostic(
    `${tables.length} tables, ${cells} values searched in ${Object.keys(forms).length} forms, 0 found`,
  )

  const rows =
    await sql`select c.*, o.profile_id from credentials c join connections o on o.id = c.connection_id`
  assert.equal(rows.length, 3)
  const vaults = [ringText, ringText.replace('test:', 'test2:')].map((text) => makeVault(parseRing(text)))
  const strange = makeVault(parseRing(`test:${Buffer.alloc(32, 8).toString('base64')}`))
  for (const row of rows) {
    const owner = { profileId: row['profile_id'], connectionId: row['connection_id'] }
    const sealed = { keyId: row['key_id'], wrappedKey: row['wrapped_key'], sealed: row['sealed'], version: 1 }
    assert.ok(vaults[0]!.open(owner, sealed))
    for (const vault of [vaults[1]!, strange]) assert.throws(() => vault.open(owner, sealed))
  }
})
