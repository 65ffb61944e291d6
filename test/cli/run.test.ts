/** `skillett run` as agents use it: which words make which request, byte for byte. */
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
    files: { 'cwd/call.json': `\ufeff{${key}}` },
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
    files: { 'cwd/notes/a.txt': 'one\ntwo\n' },
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
    files: { 'cwd/a.txt': 'x' },
    links: { 'cwd/b.txt': 'a.txt' },
    params: `{${key},"text":"x"}`,
  },
  {
    title: 'a file for a list is one item',
    args: [...base, '--labels', '@a.txt'],
    files: { 'cwd/a.txt': 'a,b' },
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
