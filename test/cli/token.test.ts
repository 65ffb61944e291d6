/** `skillett token` and the services it knows: what goes out, what is printed, and what is not. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { buildBundle } from '../support/bundle.ts'
import { runCli, type CliRun } from '../support/cli.ts'
import { startRecordingGateway, type Reply } from '../support/recording-gateway.ts'

before(buildBundle)

const one = { status: 'active', service: 'gmail', account: 'work', token: 'ya29.secret', expires_at: null }
const lacking = {
  service: 'slack',
  status: 'authorization_needed',
  error: 'integration_not_connected',
  action_url: 'https://gateway.test/connect/slack?link=conn_1',
}
const old = {
  gmail: { connection_name: 'gmail_u3134a', identifier: 'mess' },
  slack: { connection_name: 's' },
}

interface Case {
  title: string
  run: CliRun
  reply?: Reply
  /** "METHOD /path body"; null when nothing may be sent. */
  sent: string | null
  exit?: number
  stdout?: string
  says?: RegExp
}

const cases: Case[] = [
  {
    title: 'one service prints the bare token',
    run: { args: ['token', 'gmail'] },
    reply: { body: one },
    sent: 'POST /v1/token {"services":["gmail"]}',
    stdout: 'ya29.secret\n',
  },
  {
    title: 'a URL, an account and an identifier go along',
    run: { args: ['token', '--url', 'https://api.test/x', '--connection', 'work', '--identifier', 'ann'] },
    reply: { body: one },
    sent: 'POST /v1/token {"url":"https://api.test/x","connection":"work","identifier":"ann"}',
    stdout: 'ya29.secret\n',
  },
  {
    title: 'several services print JSON, and one that lacks a token ends with 8',
    run: { args: ['token', 'gmail', 'slack'] },
    reply: { body: { tokens: [one, lacking] } },
    sent: 'POST /v1/token {"services":["gmail","slack"]}',
    stdout: `${JSON.stringify({ tokens: [one, lacking] })}\n`,
    exit: 8,
  },
  {
    title: 'what needs a person is an error object with its link, and nothing is on stdout',
    run: { args: ['token', 'slack'] },
    reply: {
      status: 403,
      body: { message: 'No Slack account is connected.', ...lacking, status: undefined },
    },
    sent: 'POST /v1/token {"services":["slack"]}',
    stdout: '',
    says: /"code":"integration_not_connected".*"action_url":"https:\/\/gateway\.test\/connect\/slack\?link=conn_1"/,
    exit: 8,
  },
  { title: 'nothing asked is a mistake', run: { args: ['token'] }, sent: null, exit: 2 },
  {
    title: 'services and a URL at once are a mistake',
    run: { args: ['token', 'gmail', '--url', 'https://api.test/'] },
    sent: null,
    exit: 2,
  },
  {
    title: 'the file of the tool before is taken over',
    run: {
      args: ['token', '--import', '@connections.json'],
      files: { 'cwd/connections.json': JSON.stringify(old) },
    },
    reply: { body: '{"services":[]}' },
    sent: 'POST /v1/services {"services":[{"service":"gmail","connection":"gmail_u3134a","identifier":"mess"},{"service":"slack","connection":"s"}]}',
    stdout: '{"services":[]}\n',
  },
  {
    title: 'the same comes from stdin',
    run: { args: ['token', '--import', '-'], stdin: '{"gmail":{"connection_name":"g"}}' },
    reply: { body: '{"services":[]}' },
    sent: 'POST /v1/services {"services":[{"service":"gmail","connection":"g"}]}',
  },
  {
    title: 'a file outside of the working directory is not read',
    run: {
      args: ['token', '--import', '@../home/connections.json'],
      files: { 'home/connections.json': '{}' },
    },
    sent: null,
    exit: 2,
  },
  {
    title: 'a file that holds something else is a mistake, without its text',
    run: { args: ['token', '--import', '@x'], files: { 'cwd/x': 'canary' } },
    sent: null,
    exit: 2,
  },
  {
    title: 'a service is mapped to a connection',
    run: { args: ['connections', 'config', 'gmail', 'work', '--cache', '10m'] },
    reply: { body: '{"services":[]}' },
    sent: 'POST /v1/services {"services":[{"service":"gmail","connection":"work","cache_seconds":600}]}',
  },
  {
    title: 'the present choices are listed',
    run: { args: ['connections', 'config'] },
    reply: { body: '{"services":[]}' },
    sent: 'GET /v1/services',
    stdout: '{"services":[]}\n',
  },
  {
    title: 'a service without a connection is a mistake',
    run: { args: ['connections', 'config', 'gmail'] },
    sent: null,
    exit: 2,
  },
  {
    title: 'a cache life that is none is a mistake',
    run: { args: ['connections', 'config', 'gmail', 'work', '--cache', 'long'] },
    sent: null,
    exit: 2,
  },
  {
    title: 'a key gets the permission only when it is asked for',
    run: { args: ['keys', 'create', '--name', 'sync', '--tokens'] },
    sent: 'POST /api-keys {"name":"sync","tokens":true}',
  },
]

describe('tokens for scripts', { concurrency: 2 }, () => {
  for (const { title, run, reply, sent, exit = 0, stdout, says } of cases)
    test(title, async (t) => {
      const route = sent?.split(' ').slice(0, 2).join(' ')
      const gateway = await startRecordingGateway(
        route === undefined || reply === undefined ? {} : { [route]: reply },
      )
      t.after(() => gateway.stop())
      const env = { SKILLETT_API_URL: gateway.url, SKILLETT_API_KEY: 'sk_test' }
      const result = await runCli({ ...run, env })
      assert.equal(result.exit, exit, result.stderr)
      const requests = gateway.requests.map(({ method, path, body }) => `${method} ${path} ${body}`.trim())
      assert.deepEqual(requests, sent === null ? [] : [sent])
      if (stdout !== undefined) assert.equal(result.stdout, stdout)
      if (says !== undefined) assert.match(result.stderr, says)
      if (exit !== 0 && exit !== 8) assert.equal(JSON.parse(result.stderr).error.code, 'usage')
      assert.ok(!result.stderr.includes('canary') && !result.stderr.includes('ya29'))
    })
})
