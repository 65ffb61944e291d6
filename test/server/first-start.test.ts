/** The first start with a database of its own: the operator gets a link, once. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { buildBundle, cliBundle } from '../support/bundle.ts'
import { cleanEnvironment } from '../support/gateway.ts'
import { makeHome, removeHome, sweepHomes } from '../support/home.ts'
import { newVisitor } from '../support/visitor.ts'

let home: string

before(async () => {
  await buildBundle()
  await sweepHomes('first')
  home = await makeHome('first')
})
after(() => removeHome(home))

/** Starts a gateway, hands over what it says first, and ends it. */
async function start(use: (said: string) => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, [cliBundle, 'serve', '--port', '0'], {
    env: { ...cleanEnvironment(), SKILLETT_HOME: home },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(child, 'exit')
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  try {
    while (!said.includes('Skillett answers at')) await Promise.race([once(child.stderr, 'data'), ended])
    await use(said)
  } finally {
    child.kill('SIGTERM')
    await ended
  }
}

test('the link of the first start signs the operator in, and the second start has none', async () => {
  await start(async (said) => {
    const link = new URL(/within an hour: (\S+)/.exec(said)![1]!)
    const visitor = newVisitor(link.origin)
    assert.equal((await visitor.post(link.pathname, {})).status, 303)
    assert.match((await visitor.get('/dashboard/account')).text, /operator@localhost[^]*unlimited/)
  })
  await start(async (said) => assert.doesNotMatch(said, /sign-in/))
})
