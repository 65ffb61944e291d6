/** What `skillett run` refuses before anything is sent, and what it then says. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { buildBundle } from '../support/bundle.ts'
import { runCli } from '../support/cli.ts'
import { startRecordingGateway } from '../support/recording-gateway.ts'
import { testRefusal, type Refused } from '../support/refusal.ts'

before(buildBundle)

const base = ['run', 'acme', 'create_note', '--space', 'home', '--title', 'Milk']

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
    code: 'confirmation_required',
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

describe('a call that is refused', { concurrency: 4 }, () => refused.forEach(testRefusal))

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
