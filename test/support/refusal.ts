/** Calls that `skillett run` refuses: one line on stderr, the exit code, all complaints, and nothing sent. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runCli, type CliRun } from './cli.ts'
import { startRecordingGateway } from './recording-gateway.ts'

export interface Refused extends Omit<CliRun, 'args'> {
  title: string
  args: string[]
  exit?: number
  code?: string
  /** Each of these stands in the message. */
  says?: (string | RegExp)[]
  /** None of these stands anywhere in the output. */
  hides?: string[]
  /** Paths of the complaints, in order. */
  fields?: string[]
}

/** A test of its own; without `exit` and `code` the refusal is one of usage. */
export function testRefusal({ title, ...refusal }: Refused) {
  const { exit = 2, code = 'usage', says = [], hides = [], fields = [], ...run } = refusal
  test(title, async (t) => {
    const gateway = await startRecordingGateway()
    t.after(() => gateway.stop())
    const env = { SKILLETT_API_URL: gateway.url, SKILLETT_API_KEY: 'sk_test', ...run.env }
    const result = await runCli({ ...run, env })
    assert.equal(result.stdout, '')
    assert.match(result.stderr, /^[^\n]*\n$/, 'one line')
    const { error } = JSON.parse(result.stderr)
    assert.equal(error.code, code)
    assert.equal(error.exit_code, exit)
    assert.equal(result.exit, exit)
    assert.equal(error.outcome, 'not_sent')
    assert.deepEqual(error.fields.map(({ path }: { path: string }) => path).sort(), fields)
    for (const words of says) {
      assert.match(
        error.message,
        typeof words === 'string' ? new RegExp(words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : words,
      )
    }
    for (const words of hides) assert.ok(!result.stderr.includes(words), `${words} shows`)
    assert.deepEqual(
      gateway.requests.filter(({ method }) => method !== 'GET'),
      [],
    )
  })
}
