/** Which gateway gets which key: the environment and the user's own settings decide, the working directory never. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { buildBundle } from '../support/bundle.ts'
import { runCli, type CliRun } from '../support/cli.ts'
import { startRecordingGateway } from '../support/recording-gateway.ts'

before(buildBundle)

const settings = 'home/.config/skillett/config.json'
const write = ['run', 'acme', 'create_note', '--space', 'home', '--title', 'Milk']

interface Case extends Omit<CliRun, 'args' | 'env' | 'files'> {
  title: string
  args?: string[]
  env?: (url: string) => Record<string, string>
  files?: (url: string) => Record<string, string>
  exit: number
  code?: string
  /** The key that the gateway was sent; null when it was not asked at all. */
  key: string | null
}

const cases: Case[] = [
  {
    title: 'the settings of the user hold URL and key',
    files: (url) => ({ [settings]: JSON.stringify({ api_url: url, keys: { [url]: 'sk_stored' } }) }),
    exit: 0,
    key: 'sk_stored',
  },
  {
    title: 'XDG_CONFIG_HOME moves the settings',
    env: () => ({ XDG_CONFIG_HOME: '{}/home/elsewhere' }),
    files: (url) => ({
      'home/elsewhere/skillett/config.json': JSON.stringify({
        api_url: `${url}/`,
        keys: { [url]: 'sk_stored' },
      }),
    }),
    exit: 0,
    key: 'sk_stored',
  },
  {
    title: 'the key of the environment wins',
    env: () => ({ SKILLETT_API_KEY: 'sk_env' }),
    files: (url) => ({ [settings]: JSON.stringify({ api_url: url, keys: { [url]: 'sk_stored' } }) }),
    exit: 0,
    key: 'sk_env',
  },
  {
    title: 'a stored key belongs to the URL that it was stored for',
    env: (url) => ({ SKILLETT_API_URL: url }),
    files: () => ({ [settings]: JSON.stringify({ keys: { 'https://skillett.example': 'sk_stored' } }) }),
    exit: 4,
    code: 'unauthorized',
    key: null,
  },
  {
    title: 'without a key nothing is sent, and the answer says how to get one',
    env: (url) => ({ SKILLETT_API_URL: url }),
    exit: 4,
    code: 'unauthorized',
    key: null,
  },
  {
    title: 'without a key bad parameters are not what is told',
    args: ['run', 'github', 'create_issue', '--nonsense', 'x'],
    env: (url) => ({ SKILLETT_API_URL: url }),
    exit: 4,
    code: 'unauthorized',
    key: null,
  },
  {
    title: 'other commands want a key just so',
    args: ['whoami'],
    env: (url) => ({ SKILLETT_API_URL: url }),
    exit: 4,
    code: 'unauthorized',
    key: null,
  },
  {
    title: 'settings that others can read are not used',
    files: (url) => ({ [settings]: JSON.stringify({ api_url: url, keys: { [url]: 'sk_stored' } }) }),
    mode: 0o644,
    exit: 2,
    code: 'usage',
    key: null,
  },
  {
    title: 'broken settings are named and not quoted',
    env: (url) => ({ SKILLETT_API_URL: url }),
    files: () => ({ [settings]: '{"keys":{"sk_secret' }),
    exit: 2,
    code: 'usage',
    key: null,
  },
  {
    title: 'settings of another shape are refused',
    env: (url) => ({ SKILLETT_API_URL: url }),
    files: () => ({ [settings]: '{"keys":"sk_secret"}' }),
    exit: 2,
    code: 'usage',
    key: null,
  },
  {
    title: 'broken settings do not matter when the environment says it all',
    env: (url) => ({ SKILLETT_API_URL: url, SKILLETT_API_KEY: 'sk_env' }),
    files: () => ({ [settings]: '{' }),
    exit: 0,
    key: 'sk_env',
  },
  {
    title: 'files in the working directory move neither URL nor key',
    env: (url) => ({ SKILLETT_API_URL: url, SKILLETT_API_KEY: 'sk_env' }),
    files: () => {
      const evil = 'http://127.0.0.1:9/'
      return {
        'cwd/.env': `SKILLETT_API_URL=${evil}\nSKILLETT_API_KEY=sk_evil\n`,
        'cwd/.skillett/config.json': JSON.stringify({ api_url: evil }),
        'cwd/.config/skillett/config.json': JSON.stringify({ api_url: evil }),
        'cwd/config.json': JSON.stringify({ api_url: evil }),
        'cwd/package.json': JSON.stringify({ skillett: { api_url: evil } }),
        'cwd/.npmrc': `skillett_api_url=${evil}\n`,
      }
    },
    exit: 0,
    key: 'sk_env',
  },
  {
    title: 'a key of the working directory is not found',
    env: (url) => ({ SKILLETT_API_URL: url }),
    files: () => ({ 'cwd/.env': 'SKILLETT_API_KEY=sk_evil\n', 'cwd/.config/skillett/config.json': '{}' }),
    exit: 4,
    code: 'unauthorized',
    key: null,
  },
  {
    title: 'a relative XDG_CONFIG_HOME does not point into the working directory',
    env: (url) => ({ SKILLETT_API_URL: url, XDG_CONFIG_HOME: '.' }),
    files: (url) => ({ 'cwd/skillett/config.json': JSON.stringify({ keys: { [url]: 'sk_evil' } }) }),
    exit: 4,
    code: 'unauthorized',
    key: null,
  },
  {
    title: 'a key that cannot stand in a header is no key',
    env: (url) => ({ SKILLETT_API_URL: url, SKILLETT_API_KEY: 'sk_a\r\nx-evil: 1' }),
    exit: 4,
    code: 'api_key_invalid',
    key: null,
  },
  {
    title: 'a URL of another protocol is refused',
    env: () => ({ SKILLETT_API_URL: 'file:///etc/passwd', SKILLETT_API_KEY: 'sk_env' }),
    exit: 2,
    code: 'usage',
    key: null,
  },
  {
    title: 'a URL with a password in it is refused, unquoted',
    env: () => ({ SKILLETT_API_URL: 'http://user:sk_secret@127.0.0.1:4050', SKILLETT_API_KEY: 'sk_env' }),
    exit: 2,
    code: 'usage',
    key: null,
  },
  {
    title: 'a gateway that is not there is told as such',
    env: () => ({ SKILLETT_API_URL: 'http://127.0.0.1:9', SKILLETT_API_KEY: 'sk_env' }),
    exit: 12,
    code: 'gateway_unreachable',
    key: null,
  },
]

describe('the settings', { concurrency: 4 }, () => {
  for (const { title, args = write, env, files, exit, code, key, ...run } of cases) {
    test(title, async (t) => {
      const gateway = await startRecordingGateway()
      t.after(() => gateway.stop())
      const started = Date.now()
      const result = await runCli({
        ...run,
        args,
        env: env?.(gateway.url) ?? {},
        files: files?.(gateway.url) ?? {},
      })
      assert.equal(result.exit, exit, result.stderr)
      if (code !== undefined) {
        assert.ok(Date.now() - started < 2000)
        assert.equal(result.stdout, '')
        const { error } = JSON.parse(result.stderr)
        assert.deepEqual([error.code, error.outcome], [code, 'not_sent'])
        assert.doesNotMatch(result.stderr, /sk_secret|sk_evil/)
        if (code === 'unauthorized') assert.match(error.next[0].command, /^skillett /)
      }
      const sent = new Set(gateway.requests.map(({ headers }) => headers.authorization))
      assert.deepEqual([...sent], key === null ? [] : [`Bearer ${key}`])
    })
  }

  for (const args of [
    ['--version'],
    ['version'],
    ['--help'],
    ['-h'],
    ['help'],
    ['help', '--json'],
    ['connect', '--help'],
    ['run', '--help'],
    ['run', 'github', 'create_issue', '--help'],
    ['run', 'github', 'create_issue', '--schema'],
  ]) {
    test(`do not matter to "skillett ${args.join(' ')}"`, async () => {
      const result = await runCli({ args, files: { [settings]: '{' }, env: { SKILLETT_API_URL: 'nonsense' } })
      assert.equal(result.stderr, '')
      assert.equal(result.exit, 0)
      assert.notEqual(result.stdout, '')
      assert.ok(!result.stdout.includes('\u001b'))
    })
  }
})
