/** `skillett run` as agents use it: which words make which request, byte for byte, and which make none. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { buildBundle } from '../support/bundle.ts'
import { runCli, type CliRun } from '../support/cli.ts'
import { done, startRecordingGateway } from '../support/recording-gateway.ts'

before(buildBundle)

const base = ['run', 'acme', 'create_note', '--space', 'home', '--title', 'Milk']
const key = '"space":"home","title":"Milk"'

interface Accepted extends Omit<CliRun, 'args'> {
  title: string
  args: string[]
  /** JSON text of `params`, exactly. */
  params?: string
  /** The whole body, exactly, in place of `params`. */
  body?: string
  path?: string
}

const accepted: Accepted[] = [
  {
    title: 'flags become parameters in the order of the schema',
    args: ['run', 'acme', 'create_note', '--title', 'Milk', '--space', 'home'],
    params: `{${key}}`,
  },
  {
    title: 'a string stays a string whatever it looks like',
    args: [...base, '--code', '007'],
    params: `{${key},"code":"007"}`,
  },
  {
    title: 'a string may be true, null or JSON',
    args: [...base, '--text', 'true', '--code', '{"a":1}'],
    params: `{${key},"text":"true","code":"{\\"a\\":1}"}`,
  },
  {
    title: 'a big integer leaves digit for digit',
    args: [...base, '--count', '12345678901234567890'],
    params: `{${key},"count":12345678901234567890}`,
  },
  {
    title: 'a big integer in --json leaves digit for digit',
    args: [...base, '--json', '{"count":12345678901234567890,"ratio":0.10}'],
    params: `{${key},"count":12345678901234567890,"ratio":0.10}`,
  },
  {
    title: 'a negative number is a value and no flag',
    args: [...base, '--count', '-5'],
    params: `{${key},"count":-5}`,
  },
  {
    title: 'a number keeps its digits',
    args: [...base, '--ratio', '-0.50e1'],
    params: `{${key},"ratio":-0.50e1}`,
  },
  { title: 'a bare boolean is true', args: [...base, '--draft'], params: `{${key},"draft":true}` },
  { title: '--no- makes a boolean false', args: [...base, '--no-draft'], params: `{${key},"draft":false}` },
  { title: 'a boolean takes =false', args: [...base, '--draft=false'], params: `{${key},"draft":false}` },
  {
    title: 'a boolean takes a word after it when that is true or false',
    args: [...base, '--draft', 'false'],
    params: `{${key},"draft":false}`,
  },
  {
    title: 'a repeated flag is a list and is never split',
    args: [...base, '--labels', 'a,b', '--labels', 'c'],
    params: `{${key},"labels":["a,b","c"]}`,
  },
  {
    title: 'a single list flag is split at commas',
    args: [...base, '--labels', 'bug, priority'],
    params: `{${key},"labels":["bug","priority"]}`,
  },
  {
    title: 'a list may be a JSON array',
    args: [...base, '--labels', '["a,b"]'],
    params: `{${key},"labels":["a,b"]}`,
  },
  {
    title: 'an empty list is a JSON array',
    args: [...base, '--labels', '[]'],
    params: `{${key},"labels":[]}`,
  },
  {
    title: 'a list of integers keeps their digits',
    args: [...base, '--ids', '1,98765432109876543210'],
    params: `{${key},"ids":[1,98765432109876543210]}`,
  },
  {
    title: 'a dotted flag sets a key of an object',
    args: [
      ...base,
      '--filter.state',
      'open',
      '--filter.per-page',
      '5',
      '--filter.tags',
      'a',
      '--filter.tags',
      'b',
    ],
    params: `{${key},"filter":{"state":"open","per_page":5,"tags":["a","b"]}}`,
  },
  {
    title: 'an object may be JSON, and dotted flags override its keys',
    args: [...base, '--filter.state', 'open', '--filter', '{"per_page":9,"state":"closed"}'],
    params: `{${key},"filter":{"state":"open","per_page":9}}`,
  },
  {
    title: 'an open object takes any key',
    args: [...base, '--meta.colour', 'red', '--meta.size.x', '1'],
    params: `{${key},"meta":{"colour":"red","size.x":"1"}}`,
  },
  {
    title: 'kebab-case is accepted for snake and camel',
    args: [...base, '--per-page', '5', '--max-results', '6'],
    params: `{${key},"per_page":5,"maxResults":6}`,
  },
  {
    title: 'names are accepted as they are',
    args: [...base, '--per_page', '5', '--maxResults', '6'],
    params: `{${key},"per_page":5,"maxResults":6}`,
  },
  {
    title: 'null is a value where the schema allows it',
    args: [...base, '--milestone', 'null'],
    params: `{${key},"milestone":null}`,
  },
  {
    title: '--flag=value keeps everything after the first =',
    args: [...base, '--text=a=b --c'],
    params: `{${key},"text":"a=b --c"}`,
  },
  {
    title: 'a value of words may begin with dashes',
    args: [...base, '--text', '--- a/file'],
    params: `{${key},"text":"--- a/file"}`,
  },
  { title: 'an empty string is a string', args: [...base, '--text', ''], params: `{${key},"text":""}` },
  {
    title: 'line feeds and tabs are text',
    args: [...base, '--text', 'a\nb\tc'],
    params: `{${key},"text":"a\\nb\\tc"}`,
  },
  {
    title: 'characters beyond ASCII go out as they are',
    args: [...base, '--text', 'größe 🥛'],
    params: `{${key},"text":"größe 🥛"}`,
  },
  {
    title: '--json makes the bytes that flags make',
    args: [
      'run',
      'acme',
      'create_note',
      '--json',
      '{ "draft": true, "title": "M\\u0069lk", "space": "home" }',
    ],
    params: `{${key},"draft":true}`,
  },
  {
    title: 'flags override keys of --json',
    args: ['run', 'acme', 'create_note', '--json', '{"space":"home","title":"Bread"}', '--title', 'Milk'],
    params: `{${key}}`,
  },
  {
    title: '--json reads a file',
    args: ['run', 'acme', 'create_note', '--json', '@call.json'],
    files: { 'work/call.json': `\ufeff{${key}}` },
    params: `{${key}}`,
  },
  {
    title: '--json reads stdin',
    args: ['run', 'acme', 'create_note', '--json', '-'],
    stdin: `{${key}}`,
    params: `{${key}}`,
  },
  {
    title: '--json sets a parameter whose name is a flag of run',
    args: [...base, '--json', '{"timeout":"soon"}', '--timeout', '20s'],
    params: `{${key},"timeout":"soon"}`,
  },
  {
    title: '@file is the text of a file',
    args: [...base, '--text', '@notes/a.txt'],
    files: { 'work/notes/a.txt': 'one\ntwo\n' },
    params: `{${key},"text":"one\\ntwo\\n"}`,
  },
  {
    title: '@file may lie in the temporary directory',
    args: [...base, '--text', '@{}/tmp/a.txt'],
    files: { 'tmp/a.txt': 'x' },
    params: `{${key},"text":"x"}`,
  },
  {
    title: 'a symlink within the working directory is followed',
    args: [...base, '--text', '@b.txt'],
    files: { 'work/a.txt': 'x' },
    links: { 'work/b.txt': 'a.txt' },
    params: `{${key},"text":"x"}`,
  },
  {
    title: 'a file for a list is one item',
    args: [...base, '--labels', '@a.txt'],
    files: { 'work/a.txt': 'a,b' },
    params: `{${key},"labels":["a,b"]}`,
  },
  {
    title: '@@ is a literal @',
    args: [...base, '--text', '@@octocat'],
    params: `{${key},"text":"@octocat"}`,
  },
  {
    title: '- is stdin',
    args: [...base, '--text', '-'],
    stdin: 'from a pipe\n',
    params: `{${key},"text":"from a pipe\\n"}`,
  },
  {
    title: 'flags may stand before the names',
    args: ['run', '--title', 'Milk', '--draft', 'acme', 'create_note', '--space', 'home'],
    params: `{${key},"draft":true}`,
  },
  {
    title: 'flags may stand before run',
    args: ['--dry-run', 'run', 'acme', 'create_note', '--space', 'home', '--title', 'Milk'],
    body: `{"params":{${key}},"dry_run":true}`,
  },
  {
    title: 'connection, identifier and dry run travel beside the parameters',
    args: [...base, '--connection', 'work', '--identifier', 'u"1', '--dry-run'],
    body: `{"params":{${key}},"connection":"work","identifier":"u\\"1","dry_run":true}`,
  },
  {
    title: 'a destructive call goes out with --yes',
    args: ['run', 'acme', 'delete_note', '--id', 'n1', '--yes'],
    params: '{"id":"n1"}',
    path: '/v1/acme/delete_note',
  },
  {
    title: 'a destructive call is shown by --dry-run without --yes',
    args: ['run', 'acme', 'delete_note', '--id', 'n1', '--dry-run'],
    body: '{"params":{"id":"n1"},"dry_run":true}',
    path: '/v1/acme/delete_note',
  },
  {
    title: 'slashes and # belong into a path of several segments',
    args: ['run', 'acme', 'get_file', '--path', 'a/b#c.md'],
    params: '{"path":"a/b#c.md"}',
    path: '/v1/acme/get_file',
  },
]

describe('a call that is understood', { concurrency: 4 }, () => {
  for (const { title, params, body, path = '/v1/acme/create_note', ...run } of accepted) {
    test(title, async (t) => {
      const gateway = await startRecordingGateway()
      t.after(() => gateway.stop())
      const env = { SKILLETT_API_URL: gateway.url, SKILLETT_API_KEY: 'sk_test' }
      const result = await runCli({ ...run, env })
      assert.equal(result.stderr, '')
      assert.equal(result.exit, 0)
      assert.equal(result.stdout, `${done}\n`)
      const posts = gateway.requests.filter(({ method }) => method === 'POST')
      assert.equal(posts.length, 1)
      assert.equal(posts[0]!.path, path)
      assert.equal(posts[0]!.headers.authorization, 'Bearer sk_test')
      assert.equal(posts[0]!.body, body ?? `{"params":${params}}`)
    })
  }
})

interface Refused extends Omit<CliRun, 'args'> {
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

const refused: Refused[] = [
  {
    title: 'an unknown flag is named with the nearest one',
    args: [...base, '--titel', 'x'],
    says: ['--titel is not known; did you mean title?'],
    fields: ['titel'],
  },
  {
    title: 'every problem is told at once',
    args: ['run', 'acme', 'create_note', '--titel', 'x', '--state', 'opne', '--count', '5x'],
    says: [
      /^5 problems/,
      '--state must be one of open, closed, all; did you mean open?',
      '--count must be integer, not "5x"',
      '--space is required',
      '--title is required',
    ],
    fields: ['titel', 'count', 'space', 'title', 'state'].sort(),
  },
  { title: 'a fraction is no integer', args: [...base, '--count', '1.5'], fields: ['count'] },
  { title: 'an integer has no leading zeros', args: [...base, '--count', '007'], fields: ['count'] },
  { title: 'an empty text is no integer', args: [...base, '--count', ''], fields: ['count'] },
  { title: 'hexadecimal is no number', args: [...base, '--ratio', '0x1'], fields: ['ratio'] },
  { title: 'a boolean is nothing but true and false', args: [...base, '--draft=yes'], fields: ['draft'] },
  {
    title: 'a wrongly typed key of --json is named',
    args: [...base, '--json', '{"count":"5","labels":["a",1],"filter":{"state":5}}'],
    fields: ['count', 'filter.state', 'labels[1]'],
  },
  {
    title: 'limits of the schema are kept',
    args: [
      ...base,
      '--per-page',
      '101',
      '--ratio',
      '1.5',
      '--ids',
      '1,2,3,4',
      '--json',
      '{"title":"x"}',
      '--title',
      'a title of more than twenty characters',
    ],
    fields: ['ids', 'per_page', 'ratio', 'title'],
  },
  {
    title: 'a value that is missing is named',
    args: ['run', 'acme', 'create_note', '--space', 'home', '--title', '--draft'],
    says: ['--title needs a value'],
    fields: ['title'],
  },
  {
    title: 'a mistyped flag is never taken for a value',
    args: [...base, '--text', '--titel'],
    says: ['--text needs a value', '--titel is not known'],
    fields: ['text', 'titel'],
  },
  {
    title: 'one value is not given twice',
    args: [...base, '--title', 'Bread'],
    says: ['given more than once'],
    fields: ['title'],
  },
  {
    title: 'an own flag is not given twice',
    args: [...base, '--connection', 'a', '--connection', 'b'],
    fields: ['connection'],
  },
  {
    title: 'a word too many is named',
    args: [...base, 'please'],
    says: ['"please" is one word too many'],
    fields: [''],
  },
  {
    title: 'after -- nothing is a flag',
    args: [...base, '--', '--draft'],
    says: ['"--draft" is one word too many'],
    fields: [''],
  },
  { title: 'an empty list item is refused', args: [...base, '--labels', 'a,,b'], fields: ['labels'] },
  {
    title: 'a list that begins as JSON must be JSON',
    args: [...base, '--labels', '[wip]'],
    says: ['must be a JSON array'],
    fields: ['labels'],
  },
  { title: '--json that is no object is refused', args: [...base, '--json', '[1]'], fields: ['json'] },
  {
    title: '--json that is cut off is refused without quoting it',
    args: [...base, '--json', '{"title":"sesame'],
    says: ['not closed'],
    hides: ['sesame'],
    fields: ['json'],
  },
  {
    title: '--json with a key twice is refused',
    args: [...base, '--json', '{"title":"a","title":"b"}'],
    says: ['twice'],
    fields: ['json'],
  },
  {
    title: '--json deeper than any call is refused',
    args: [...base, '--json', `{"meta":${'['.repeat(5000)}${']'.repeat(5000)}}`],
    says: ['nested'],
    fields: ['json'],
  },
  {
    title: '__proto__ in --json is an unknown key',
    args: [...base, '--json', '{"__proto__":{"draft":true}}'],
    says: ['--__proto__ is not known'],
    fields: ['__proto__'],
  },
  {
    title: '__proto__ as a flag is an unknown flag',
    args: [...base, '--__proto__.draft', 'true', '--constructor', 'x'],
    fields: ['__proto__.draft', 'constructor'],
  },
  {
    title: 'control characters are refused',
    args: [...base, '--text', 'a\u001b[31mb'],
    says: ['--text must not hold control characters'],
    hides: ['\u001b'],
    fields: ['text'],
  },
  {
    title: 'control characters in --json are refused',
    args: [...base, '--json', '{"text":"a\\u0000b"}'],
    fields: ['text'],
  },
  { title: 'lone surrogates are refused', args: [...base, '--json', '{"text":"\\ud800"}'], fields: ['text'] },
  {
    title: 'control characters in own flags are refused',
    args: [...base, '--connection', 'a\r\nb'],
    fields: ['connection'],
  },
  {
    title: 'a path parameter is no query',
    args: ['run', 'acme', 'create_note', '--title', 'x', '--space', 'home?admin=1'],
    fields: ['space'],
  },
  {
    title: 'a path parameter holds no dot segments',
    args: ['run', 'acme', 'create_note', '--title', 'x', '--space', 'a/../../b'],
    fields: ['space'],
  },
  {
    title: 'a path parameter holds no encoded dots',
    args: ['run', 'acme', 'create_note', '--title', 'x', '--space', '%2e%2e'],
    fields: ['space'],
  },
  {
    title: 'a path of several segments holds no dot segments',
    args: ['run', 'acme', 'get_file', '--path', 'a/../b'],
    fields: ['path'],
  },
  {
    title: 'the private key of the user is never sent',
    args: [...base, '--text', '@~/.ssh/id_rsa'],
    files: { 'home/.ssh/id_rsa': 'PRIVATE' },
    says: ['never read'],
    hides: ['PRIVATE'],
    fields: ['text'],
  },
  {
    title: 'the private key is never sent from the home directory either',
    args: [...base, '--text', '@.ssh/id_rsa'],
    files: { 'work/.ssh/id_rsa': 'PRIVATE' },
    env: { HOME: '{}/work' },
    says: ['never read'],
    hides: ['PRIVATE'],
    fields: ['text'],
  },
  {
    title: 'the stored keys are never sent',
    args: [...base, '--text', '@settings/skillett/config.json'],
    files: { 'work/settings/skillett/config.json': '{}' },
    env: { XDG_CONFIG_HOME: '{}/work/settings' },
    says: ['never read'],
    fields: ['text'],
  },
  {
    title: 'a file above the working directory is refused',
    args: [...base, '--text', '@../home/secret'],
    files: { 'home/secret': 'PRIVATE' },
    says: ['outside the working directory'],
    hides: ['PRIVATE'],
    fields: ['text'],
  },
  {
    title: 'a folder whose name only begins alike is outside',
    args: [...base, '--text', '@../work2/secret'],
    files: { 'work2/secret': 'PRIVATE' },
    says: ['outside'],
    hides: ['PRIVATE'],
    fields: ['text'],
  },
  {
    title: 'a symlink that leaves the working directory is refused',
    args: [...base, '--text', '@innocent.txt'],
    files: { 'home/secret': 'PRIVATE' },
    links: { 'work/innocent.txt': '../home/secret' },
    says: ['outside'],
    hides: ['PRIVATE'],
    fields: ['text'],
  },
  {
    title: 'a symlinked folder that leaves is refused',
    args: [...base, '--json', '@docs/secret'],
    files: { 'home/secret': 'PRIVATE' },
    links: { 'work/docs': '../home' },
    says: ['outside'],
    hides: ['PRIVATE'],
    fields: ['json'],
  },
  {
    title: 'a file that is not there is named',
    args: [...base, '--text', '@octocat'],
    says: ['@@octocat'],
    fields: ['text'],
  },
  {
    title: 'a folder is no text',
    args: [...base, '--text', '@sub'],
    files: { 'work/sub/a': '' },
    says: ['not a regular file'],
    fields: ['text'],
  },
  {
    title: 'a file that is no number is not quoted',
    args: [...base, '--count', '@a.txt'],
    files: { 'work/a.txt': 'PRIVATE' },
    says: ['what the file holds'],
    hides: ['PRIVATE'],
    fields: ['count'],
  },
  {
    title: 'stdin is read by one flag',
    args: [...base, '--text', '-', '--code', '-'],
    stdin: 'x',
    fields: ['code'],
  },
  { title: 'a time that is none is refused', args: [...base, '--timeout', 'soon'], fields: ['timeout'] },
  {
    title: 'a destructive call without --yes and without a terminal waits for a person',
    args: ['run', 'acme', 'delete_note', '--id', "it's"],
    exit: 8,
    code: 'approval_required',
    fields: [],
  },
  { title: 'an endpoint is missing', args: ['run', 'acme'], says: ['an endpoint is missing'], fields: [] },
  {
    title: 'a name that leaves the skill folder is refused',
    args: ['run', '../../etc', 'passwd'],
    says: ['cannot be the name'],
    fields: [],
  },
  {
    title: "an unknown endpoint is the gateway's to refuse",
    args: ['run', 'acme', 'creat_note'],
    exit: 5,
    code: 'not_found',
    fields: [],
  },
]

describe('a call that is refused', { concurrency: 4 }, () => {
  for (const { title, exit = 2, code = 'usage', says = [], hides = [], fields = [], ...run } of refused) {
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
})

test('the next step of a destructive call is the same call with --yes', async (t) => {
  const gateway = await startRecordingGateway()
  t.after(() => gateway.stop())
  const env = { SKILLETT_API_URL: gateway.url, SKILLETT_API_KEY: 'sk_test' }
  const { stderr } = await runCli({ args: ['run', 'acme', 'delete_note', '--id', "it's"], env })
  const commands = JSON.parse(stderr).error.next.map(({ command }: { command: string }) => command)
  assert.ok(commands.includes(`skillett run --yes acme delete_note --id 'it'\\''s'`), commands.join('\n'))
})

describe('an endpoint that the gateway describes badly', () => {
  const call = ['run', 'acme', 'odd', '--id', 'n1']
  const path = '/things/{id}'
  const input = { type: 'object', properties: { id: { type: 'string' } } }

  test('is taken for destructive when it does not say that it is not', async (t) => {
    const gateway = await startRecordingGateway({ 'GET /v1/skills/acme/odd': { body: { input, path } } })
    t.after(() => gateway.stop())
    const env = { SKILLETT_API_URL: gateway.url, SKILLETT_API_KEY: 'sk_test' }
    assert.equal((await runCli({ args: call, env })).exit, 8)
    assert.equal((await runCli({ args: [...call, '--yes'], env })).exit, 0)
  })

  for (const body of ['[]', 'null', '{"path":"/"}', '{"input":{}}', '{"input":']) {
    test(`is not called when it is ${body}`, async (t) => {
      const gateway = await startRecordingGateway({ 'GET /v1/skills/acme/odd': { body } })
      t.after(() => gateway.stop())
      const env = { SKILLETT_API_URL: gateway.url, SKILLETT_API_KEY: 'sk_test' }
      const { exit, stderr } = await runCli({ args: call, env })
      assert.equal(JSON.parse(stderr).error.code, 'gateway_unreachable')
      assert.equal(exit, 12)
      assert.deepEqual(
        gateway.requests.map(({ method }) => method),
        ['GET'],
      )
    })
  }
})
