import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, beforeEach, test } from 'node:test'
import { startServing, type Person, type Serving } from '../support/serving.ts'

let serving: Serving
let person: Person

before(async () => {
  serving = await startServing()
  person = await serving.person()
})
after(() => serving?.stop())
beforeEach(() => serving.upstream.reset())

/** Sends bytes as they are and gives what comes back until the server closes or 300 ms are quiet. */
function send(text: string): Promise<string> {
  const { hostname, port } = new URL(serving.url)
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(Number(port), hostname, () => socket.write(text.replaceAll('KEY', person.key)))
    socket.setTimeout(300, () => socket.destroy())
    socket.setEncoding('latin1').on('data', (part: string) => (answer += part))
    socket.on('error', () => {}).on('close', () => resolve(answer))
  })
}

const head = 'POST /v1/plain/get_things HTTP/1.1\r\nhost: x\r\nauthorization: Bearer KEY\r\n'
const statuses = (answer: string): string[] =>
  [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => match[1]!)

test('a request that two readers could cut differently is refused before it is a call', async () => {
  const smuggled =
    'POST /v1/plain/get_things HTTP/1.1\r\nhost: x\r\nauthorization: Bearer KEY\r\ncontent-length: 2\r\n\r\n{}'
  const requests = {
    'a length and chunks': `${head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    'two lengths': `${head}content-length: 2\r\ncontent-length: 4\r\n\r\n{}${smuggled}`,
    'an unknown coding': `${head}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n`,
    'chunks and an unknown coding': `${head}transfer-encoding: chunked, x\r\n\r\n0\r\n\r\n`,
    'a signed length': `${head}content-length: +2\r\n\r\n{}`,
    'a folded header': `${head}x-a: b\r\n content-length: 9\r\n\r\n`,
    'a space before the colon': `${head}content-length : 2\r\n\r\n{}`,
    'bare line feeds': `${head}content-length: 2\n\n{}`,
    'a NUL in a header': `${head}x-a: b\0c\r\ncontent-length: 2\r\n\r\n{}`,
    'no host':
      'POST /v1/plain/get_things HTTP/1.1\r\nauthorization: Bearer KEY\r\ncontent-length: 2\r\n\r\n{}',
    'a chunk length that is none': `${head}transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
    'a megabyte of headers': `${head}x-a: ${'a'.repeat(1024 * 1024)}\r\n\r\n`,
  }
  for (const [name, text] of Object.entries(requests)) {
    const answer = await send(text)
    assert.deepEqual(
      [...new Set(statuses(answer))].filter((status) => !/^4/.test(status)),
      [],
      `${name}: ${answer}`,
    )
  }
  assert.equal(serving.upstream.received.length, 0)
  assert.equal((await serving.sql`select 1 from skill_calls`).length, 0)
})

test('well-formed requests on one connection are answered one after the other', async () => {
  const one = `${head}content-length: 2\r\n\r\n{}`
  assert.deepEqual(statuses(await send(one + one)), ['200', '200'])
  assert.deepEqual(statuses(await send(`${head}transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`)), [
    '200',
  ])
})

test('a call without a body is one without parameters, of whatever type', async () => {
  for (const type of [
    '',
    'content-type: text/plain\r\n',
    'content-type: application/x-www-form-urlencoded\r\n',
  ])
    assert.deepEqual(statuses(await send(`${head}${type}content-length: 0\r\n\r\n`)), ['200'])
})

test('headers of the caller do not travel, nor does what he says of the way he came', async () => {
  const spoof =
    'x-forwarded-for: 1.2.3.4\r\nx-forwarded-host: evil.test\r\ncookie: a=b\r\nx-evil: 1\r\nproxy-authorization: x\r\n'
  assert.deepEqual(statuses(await send(`${head}${spoof}content-length: 2\r\n\r\n{}`)), ['200'])
  const names = Object.keys(serving.upstream.received[0]!.headers)
  assert.deepEqual(names.sort(), ['accept-encoding', 'connection', 'host'])
  const missing = await send(
    `POST /v1/acme/get_me HTTP/1.1\r\nhost: evil.test\r\nx-forwarded-host: evil.test\r\nauthorization: Bearer KEY\r\ncontent-length: 2\r\n\r\n{}`,
  )
  assert.match(missing, /integration_not_connected/)
  assert.doesNotMatch(missing, /evil\.test/)
})
