import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { assertFault, startServing, type Answer, type Person, type Serving } from '../support/serving.ts'
import { json } from '../support/upstream.ts'

let serving: Serving
let person: Person

before(async () => {
  serving = await startServing()
  person = await serving.person()
  await serving.connect(person.key, { integration: 'bulk' })
  // What is loaded and compiled at the first call is not the bomb's.
  await call()
})
after(() => serving?.stop())
beforeEach(() => serving.upstream.reset())

const call = (): Promise<Answer> => serving.call(person.key, 'bulk get_things')
const mega = 1024 * 1024

const brotli = brotliCompressSync(Buffer.alloc(100 * mega), {
  params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 },
})
const gzip = gzipSync(Buffer.alloc(100 * mega), { level: 9 })
const bombs: [name: string, coding: string, body: Buffer][] = [
  ['brotli', 'br', brotli],
  ['gzip', 'gzip', gzip],
  ['gzip in gzip in gzip, told three times', 'gzip, gzip, gzip', gzipSync(gzipSync(gzip))],
]

for (const [name, coding, body] of bombs)
  test(`${name} that becomes 100 MB is stopped at the cap`, async (t) => {
    serving.upstream.reply = json(body, 200, { 'content-encoding': coding })
    const before = process.memoryUsage.rss()
    let most = before
    const sampler = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 2)
    const answers = await Promise.all([call(), call(), call()])
    clearInterval(sampler)
    for (const answer of answers)
      assertFault(answer, 502, coding.includes(',') ? 'upstream_unreachable' : 'response_too_large')
    const growth = (Math.max(most, process.memoryUsage.rss()) - before) / mega / answers.length
    t.diagnostic(`${body.length} bytes; memory grew by ${growth.toFixed(1)} MiB a call`)
    assert.ok(growth < 45, `${growth} MiB`)
  })

test('gzip in gzip in gzip, told once, is undone once', async () => {
  const body = gzipSync(gzipSync(gzip))
  serving.upstream.reply = json(body, 200, { 'content-encoding': 'gzip' })
  const { status, body: answer } = await call()
  assert.equal(status, 200)
  assert.ok(Buffer.from(answer.data.base64, 'base64').length < 10_000)
})

test('an answer of exactly the cap passes, one byte more does not', async () => {
  const exact = `"${'x'.repeat(10 * mega - 2)}"`
  serving.upstream.reply = json(exact)
  const answer = await call()
  assert.deepEqual([answer.status, answer.text.length], [200, exact.length + '{"status":200,"data":}'.length])
  for (const headers of [{}, { 'content-encoding': 'gzip' }] as Record<string, string>[]) {
    const body = Buffer.from(`${exact} `)
    serving.upstream.reply = json(headers['content-encoding'] ? gzipSync(body) : body, 200, headers)
    assertFault(await call(), 502, 'response_too_large')
  }
})

test('deep JSON is passed on and holds nothing up', async (t) => {
  const lag = monitorEventLoopDelay({ resolution: 1 })
  for (const levels of [5_000, 100_000]) {
    const deep = '['.repeat(levels) + ']'.repeat(levels)
    serving.upstream.reply = json(deep)
    lag.reset()
    lag.enable()
    assert.equal((await call()).status, 200)
    serving.upstream.reply = json('['.repeat(levels))
    assert.deepEqual((await call()).body, { status: 200, data: '['.repeat(levels) })
    lag.disable()
    t.diagnostic(`${levels} levels: event loop held for at most ${(lag.max / 1e6).toFixed(1)} ms`)
    if (levels === 5_000) assert.ok(lag.max / 1e6 < 100)
  }
})

test('an answer without an end is stopped at the cap', async () => {
  serving.upstream.reply = (_received, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const part = Buffer.alloc(mega, ' ')
    const more = (): void => {
      while (!response.destroyed && response.write(part));
    }
    response.on('drain', more).on('error', () => {})
    more()
  }
  for (let i = 0; i < 5; i += 1) assertFault(await call(), 502, 'response_too_large')
  assert.equal(
    (await serving.calls()).filter((row) => row['state'] !== 'done' && row['state'] !== 'failed').length,
    0,
  )
})
