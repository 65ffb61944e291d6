/** The commands beside `run`: which request each of them makes, and what they refuse to do. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { buildBundle, packageRoot } from '../support/bundle.ts'
import { runCli } from '../support/cli.ts'
import { done, startRecordingGateway, type Reply } from '../support/recording-gateway.ts'

before(buildBundle)

interface Case {
  title: string
  args: string[]
  stdin?: string
  reply?: Reply
  /** "POST /path body"; null when nothing may be sent. */
  sent: string | null
  exit?: number
  code?: string
  stdout?: string
  says?: RegExp
  hides?: string
}

const cases: Case[] = [
  { title: 'skills lists integrations', args: ['skills'], sent: 'GET /v1/skills' },
  {
    title: 'skills lists the endpoints of one',
    args: ['skills', 'github'],
    reply: { body: '{"name":"github"}' },
    sent: 'GET /v1/skills/github',
    stdout: '{"name":"github"}\n',
  },
  {
    title: 'skills searches',
    args: ['skills', '--search', 'open an issue & more'],
    sent: 'GET /v1/skills?q=open%20an%20issue%20%26%20more',
  },
  {
    title: 'skills tells an unknown integration',
    args: ['skills', 'gitub'],
    sent: 'GET /v1/skills/gitub',
    exit: 5,
    code: 'not_found',
  },
  {
    title: 'skills refuses what is no name',
    args: ['skills', '../admin'],
    sent: null,
    exit: 2,
    code: 'usage',
  },
  { title: 'whoami asks who the key is', args: ['whoami'], sent: 'GET /v1/whoami' },
  {
    title: 'connect takes the secret from stdin, without the line feed at its end',
    args: [
      'connect',
      'github',
      '--auth',
      'token',
      '--account',
      'work',
      '--set',
      'subdomain=a=b',
      '--secret-stdin',
    ],
    stdin: 'ghp_sesame\n',
    reply: { body: '{"connection_id":"conn_1","status":"connected","identity":"octocat"}' },
    sent: 'POST /v1/connect {"integration":"github","account":"work","auth":"token","variables":{"subdomain":"a=b"},"secret":"ghp_sesame"}',
    stdout: '{"connection_id":"conn_1","status":"connected","identity":"octocat"}\n',
  },
  {
    title: 'connect takes several fields as an object',
    args: ['connect', 'zendesk', '--secret-stdin'],
    stdin: '{"email":"a@b.c","token":"t"}',
    reply: { body: '{"status":"connected"}' },
    sent: 'POST /v1/connect {"integration":"zendesk","secret":{"email":"a@b.c","token":"t"}}',
    stdout: '{"status":"connected"}\n',
  },
  {
    title: 'connect takes an id that was written as a number',
    args: ['connect', 'zendesk', '--secret-stdin'],
    stdin: '{"app_id":4711,"token":"t"}',
    reply: { body: '{"status":"connected"}' },
    sent: 'POST /v1/connect {"integration":"zendesk","secret":{"app_id":"4711","token":"t"}}',
    stdout: '{"status":"connected"}\n',
  },
  {
    title: 'connect without a secret prints the link, and the command that waits for the person',
    args: ['connect', 'gmail'],
    reply: {
      body: '{"oauth_url":"https://accounts.test","connection_id":"conn_1","expires_at":"2030-01-01T00:00:00Z"}',
    },
    sent: 'POST /v1/connect {"integration":"gmail"}',
    stdout:
      '{"status":"pending","oauth_url":"https://accounts.test","connection_id":"conn_1","expires_at":"2030-01-01T00:00:00Z","next":[{"command":"skillett connect --resume conn_1","why":"waits, once the person has the link"}]}\n',
    exit: 8,
  },
  {
    title: 'connect refuses an empty secret',
    args: ['connect', 'github', '--secret-stdin'],
    stdin: '\n',
    sent: null,
    exit: 2,
    code: 'usage',
  },
  {
    title: 'connect takes no secret as an argument, and does not repeat it',
    args: ['connect', 'github', '--token', 'ghp_sesame'],
    sent: null,
    exit: 2,
    code: 'usage',
    says: /--token is not known/,
    hides: 'ghp_sesame',
  },
  {
    title: 'connect takes no secret after = either',
    args: ['connect', 'github', '--secret=ghp_sesame'],
    sent: null,
    exit: 2,
    code: 'usage',
    hides: 'ghp_sesame',
  },
  {
    title: 'connect refuses a setting without a value',
    args: ['connect', 'github', '--set', 'subdomain', '--secret-stdin'],
    stdin: 'x',
    sent: null,
    exit: 2,
    code: 'usage',
  },
  {
    title: 'connect tells a secret that the service refuses, without it',
    args: ['connect', 'github', '--secret-stdin'],
    stdin: 'ghp_sesame',
    reply: {
      status: 400,
      body: { error: 'bad_request', message: 'No.', fields: [{ path: 'secret', message: 'is refused' }] },
    },
    sent: 'POST /v1/connect {"integration":"github","secret":"ghp_sesame"}',
    exit: 2,
    code: 'bad_request',
    hides: 'ghp_sesame',
  },
  { title: 'connections lists', args: ['connections', 'list'], sent: 'GET /v1/connections' },
  { title: 'connections lists by itself', args: ['connections'], sent: 'GET /v1/connections' },
  {
    title: 'connections verifies',
    args: ['connections', 'verify', 'conn_1'],
    sent: 'POST /v1/connections/conn_1/verify {}',
  },
  {
    title: 'connections removes with --yes',
    args: ['connections', 'remove', 'conn_1', '--yes'],
    sent: 'DELETE /v1/connections/conn_1',
    stdout: '{"removed":"conn_1"}\n',
  },
  {
    title: 'connections removes nothing without --yes',
    args: ['connections', 'remove', 'conn_1'],
    sent: null,
    exit: 8,
    code: 'confirmation_required',
  },
  {
    title: 'connections refuses what is no id',
    args: ['connections', 'remove', '../keys', '--yes'],
    sent: null,
    exit: 2,
    code: 'usage',
  },
  { title: 'keys lists', args: ['keys'], sent: 'GET /api-keys' },
  {
    title: 'keys creates',
    args: ['keys', 'create', '--name', 'ci', '--scopes', 'github, gmail', '--read-only'],
    sent: 'POST /api-keys {"name":"ci","scopes":["github","gmail"],"read_only":true}',
  },
  { title: 'keys needs a name', args: ['keys', 'create'], sent: null, exit: 2, code: 'usage' },
  {
    title: 'keys refuses a lifetime that is none',
    args: ['keys', 'create', '--name', 'ci', '--expires', 'soon'],
    sent: null,
    exit: 2,
    code: 'usage',
  },
  {
    title: 'keys revokes with --yes',
    args: ['keys', 'revoke', 'key_1', '--yes'],
    sent: 'DELETE /api-keys/key_1',
    stdout: '{"revoked":"key_1"}\n',
  },
  {
    title: 'keys revokes nothing without --yes',
    args: ['keys', 'revoke', 'key_1'],
    sent: null,
    exit: 8,
    code: 'confirmation_required',
  },
  { title: 'calls shows the log', args: ['calls', '--limit', '10'], sent: 'GET /v1/calls?limit=10' },
  {
    title: 'calls refuses a limit that is none',
    args: ['calls', '--limit', '-1'],
    sent: null,
    exit: 2,
    code: 'usage',
  },
  {
    title: 'an unknown command is told with the nearest one',
    args: ['skilz'],
    sent: null,
    exit: 2,
    code: 'usage',
    says: /"skilz" is not a command; did you mean skills\?/,
  },
  {
    title: 'an unknown flag is told with the nearest one',
    args: ['calls', '--limti', '5'],
    sent: null,
    exit: 2,
    code: 'usage',
    says: /--limti is not known; did you mean --limit\?/,
  },
  {
    title: 'a word too many is told with the usage',
    args: ['whoami', 'now'],
    sent: null,
    exit: 2,
    code: 'usage',
    says: /Usage: skillett whoami/,
  },
  {
    title: 'control characters in arguments are refused',
    args: ['skills', '--search', 'a\u001b[2J'],
    sent: null,
    exit: 2,
    code: 'usage',
    hides: '\u001b',
  },
]

describe('a command', { concurrency: 4 }, () => {
  for (const { title, args, stdin, reply, sent, exit = 0, code, stdout, says, hides } of cases) {
    test(title, async (t) => {
      const [route = ''] = /^\w+ \S+/.exec(sent ?? '') ?? []
      const gateway = await startRecordingGateway(reply ? { [route]: reply } : {})
      t.after(() => gateway.stop())
      const env = { SKILLETT_API_URL: gateway.url, SKILLETT_API_KEY: 'sk_test' }
      const result = await runCli({ args, env, ...(stdin === undefined ? {} : { stdin }) })
      assert.equal(result.exit, exit, result.stderr)
      const made = gateway.requests.map(({ method, path, body }) => `${method} ${path} ${body}`.trim())
      assert.deepEqual(made, sent === null ? [] : [sent])
      if (code === undefined) {
        assert.equal(result.stderr, '')
        assert.equal(result.stdout, stdout ?? `${done}\n`)
      } else {
        assert.equal(result.stdout, '')
        const { error } = JSON.parse(result.stderr)
        assert.deepEqual([error.code, error.exit_code], [code, exit])
        if (says) assert.match(error.message, says)
      }
      if (hides !== undefined) assert.ok(!(result.stdout + result.stderr).includes(hides))
    })
  }

  test('keys gives a new key a lifetime', async (t) => {
    const gateway = await startRecordingGateway()
    t.after(() => gateway.stop())
    const env = { SKILLETT_API_URL: gateway.url, SKILLETT_API_KEY: 'sk_test' }
    await runCli({ args: ['keys', 'create', '--name', 'ci', '--expires', '30d'], env })
    const { expires_at } = JSON.parse(gateway.requests[0]!.body)
    assert.ok(Math.abs(Date.parse(expires_at) - Date.now() - 30 * 86_400_000) < 60_000)
  })
})

describe('help', { concurrency: 4 }, () => {
  const pages = [
    ['help'],
    [],
    ['connect', '--help'],
    ['--help', 'connect'],
    ['help', 'keys'],
    ['run', '--help'],
    ['run', 'github', 'create_issue', '--help'],
  ]
  for (const args of pages) {
    test(`of "skillett ${args.join(' ')}" begins with examples`, async () => {
      const { exit, stdout } = await runCli({ args })
      assert.equal(exit, 0)
      assert.ok(stdout.slice(0, 200).includes('Examples:\n'), stdout.slice(0, 200))
      assert.match(stdout, /Examples:\n(?: {2}#.*\n)? {2}skillett /)
    })
  }

  test('of an endpoint that only the gateway knows comes from there', async (t) => {
    const gateway = await startRecordingGateway()
    t.after(() => gateway.stop())
    const env = { SKILLETT_API_URL: gateway.url, SKILLETT_API_KEY: 'sk_test' }
    const { stdout } = await runCli({ args: ['run', 'acme', 'create_note', '--help'], env })
    assert.match(stdout, /skillett run acme create_note --space home --title Milk/)
    assert.match(stdout, /--state TEXT +one of open, closed, all; default "open"/)
    assert.deepEqual(
      gateway.requests.map(({ method }) => method),
      ['GET'],
    )
  })

  test('--json is the whole tree with exit codes and variables', async () => {
    const { stdout } = await runCli({ args: ['help', '--json'] })
    const tree = JSON.parse(stdout)
    const paths = tree.commands.map(({ path }: { path: string[] }) => path.join(' '))
    for (const path of [
      'run',
      'skills',
      'connect',
      'connections remove',
      'keys create',
      'whoami',
      'calls',
      'serve',
      'validate',
    ]) {
      assert.ok(paths.includes(path), path)
    }
    assert.ok(tree.exit_codes['8'].includes('confirmation_required'))
    assert.ok('SKILLETT_API_KEY' in tree.environment)
  })

  test('--schema is JSON with schema, annotations, exit codes and examples', async () => {
    const { stdout } = await runCli({ args: ['run', 'github', 'create_issue', '--schema'] })
    const page = JSON.parse(stdout)
    assert.equal(page.input.type, 'object')
    assert.equal(page.annotations.destructive, false)
    assert.ok('2' in page.exit_codes)
    assert.match(page.examples[0].run, /^skillett run github create_issue /)
  })
})

test('the version is the version of the package', async () => {
  const { version } = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8'))
  assert.equal((await runCli({ args: ['--version'] })).stdout, `${version}\n`)
  assert.deepEqual(JSON.parse((await runCli({ args: ['version'] })).stdout), { version })
})
