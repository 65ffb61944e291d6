/** At a terminal: people are asked, tables are drawn, and nothing that came from elsewhere moves the cursor. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { before, describe, test } from 'node:test'
import { buildBundle, cliBundle } from '../support/bundle.ts'
import { startRecordingGateway, type RecordingGateway, type Reply } from '../support/recording-gateway.ts'

before(buildBundle)

// util-linux's script gives a program a terminal; other systems have another program of that name.
const skip = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux')
  ? false
  : 'needs script(1) of util-linux'

async function runAtTerminal(
  args: string[],
  gateway: RecordingGateway,
  typed: { after: string; text: string }[] = [],
  env: Record<string, string> = {},
): Promise<{ exit: number | null; screen: string }> {
  const command = [process.execPath, cliBundle, ...args].map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: {
      PATH: process.env['PATH'],
      TERM: 'xterm',
      SKILLETT_API_URL: gateway.url,
      SKILLETT_API_KEY: 'sk_test',
      ...env,
    },
  })
  let screen = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text
    if (typed[0] && screen.includes(typed[0].after)) child.stdin.write(typed.shift()!.text)
  })
  const [exit] = (await once(child, 'close')) as [number | null]
  child.stdin.destroy()
  return { exit, screen: screen.replaceAll('\r\n', '\n') }
}

const remove = ['run', 'acme', 'delete_note', '--id', 'n1']

describe('at a terminal', { concurrency: 3, skip }, () => {
  const withGateway = (
    title: string,
    replies: Record<string, Reply>,
    check: (gateway: RecordingGateway) => Promise<void>,
  ) =>
    test(title, async (t) => {
      const gateway = await startRecordingGateway(replies)
      t.after(() => gateway.stop())
      await check(gateway)
    })

  const handedOut = {
    'POST /v1/token': { body: { status: 'active', service: 'gmail', token: 'ya29.secret' } },
  }

  withGateway('a token is hidden on a terminal', handedOut, async (gateway) => {
    const { exit, screen } = await runAtTerminal(['token', 'gmail'], gateway)
    assert.equal(exit, 0)
    assert.match(screen, /"token": "\*\*\*"/)
    assert.ok(!screen.includes('ya29'))
  })

  withGateway('a token is shown on a terminal to whoever asks for that', handedOut, async (gateway) => {
    assert.equal((await runAtTerminal(['token', 'gmail', '--show'], gateway)).screen, 'ya29.secret\n')
  })

  withGateway('a destructive call goes out when a person says yes', {}, async (gateway) => {
    const { exit } = await runAtTerminal(remove, gateway, [{ after: '[y/N]', text: 'y\n' }])
    assert.equal(exit, 0)
    assert.equal(gateway.requests.filter(({ method }) => method === 'POST').length, 1)
  })

  withGateway('a destructive call does not go out when a person only presses enter', {}, async (gateway) => {
    const { exit } = await runAtTerminal(remove, gateway, [{ after: '[y/N]', text: '\n' }])
    assert.equal(exit, 8)
    assert.deepEqual(
      gateway.requests.filter(({ method }) => method === 'POST'),
      [],
    )
  })

  withGateway('an answer is laid out on lines, with its digits', {}, async (gateway) => {
    const { screen } = await runAtTerminal(['run', 'acme', 'list_notes', '--space', 'home'], gateway)
    assert.match(screen, /^\{\n {2}"status": 201,\n {2}"data": \{\n {4}"id": 12345678901234567890,\n/)
  })

  const hostile = {
    body: {
      integrations: [
        {
          name: 'github',
          connected: true,
          accounts: ['octo\u001b[2Jcat'],
          endpoints: 3,
          description: 'a\u202eb',
        },
      ],
    },
  }
  withGateway(
    'a list is a table that nothing in it can disturb',
    { 'GET /v1/skills': hostile },
    async (gateway) => {
      const { screen } = await runAtTerminal(['skills'], gateway, [], { NO_COLOR: '1' })
      assert.match(
        screen,
        /^INTEGRATION {2}CONNECTED +ENDPOINTS {2}DESCRIPTION\ngithub +octo\\u001b\[2Jcat +3 +a\\u202eb\n$/,
      )
    },
  )

  for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }, { NO_COLOR: '1', CLICOLOR_FORCE: '1' }]) {
    withGateway(`no colour with ${JSON.stringify(env)}`, { 'GET /v1/skills': hostile }, async (gateway) => {
      const { screen } = await runAtTerminal(['skills'], gateway, [], env)
      assert.ok(!screen.includes('\u001b'))
    })
  }

  withGateway('headings are bold otherwise', { 'GET /v1/skills': hostile }, async (gateway) => {
    const { screen } = await runAtTerminal(['skills'], gateway)
    assert.ok(screen.startsWith('\u001b[1mINTEGRATION'))
  })

  withGateway(
    'a secret is asked for and not shown',
    { 'POST /v1/connect': { body: { status: 'connected' } } },
    async (gateway) => {
      const typed = [{ after: 'Secret', text: 'ghp_sesamee\u007f\r' }]
      const { exit, screen } = await runAtTerminal(['connect', 'github', '--secret-stdin'], gateway, typed)
      assert.equal(exit, 0)
      assert.ok(!screen.includes('sesame'))
      assert.equal(JSON.parse(gateway.requests[0]!.body).secret, 'ghp_sesame')
    },
  )
})
