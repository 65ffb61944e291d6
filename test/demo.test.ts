/** `npm run demo` as a newcomer runs it, and after its processes were killed. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { packageRoot } from './support/bundle.ts'
import { cleanEnvironment } from './support/gateway.ts'

function startDemo(args: string[], env: Record<string, string> = {}) {
  return spawn(process.execPath, ['--import', 'tsx', 'test/demo.ts', ...args], {
    cwd: packageRoot,
    env: { ...cleanEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function runDemo(env?: Record<string, string>): Promise<{ out: string; err: string; exit: unknown }> {
  const child = startDemo([], env)
  const [out, err, [exit]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { out, err, exit }
}

/** Documents that it printed, in their order. */
function documents(out: string): Record<string, unknown>[] {
  return out.match(/^\{$.*?^\}$/gms)?.map((document) => JSON.parse(document) as Record<string, unknown>) ?? []
}

test('the demo runs skill calls through the command line, and shows no secret', async () => {
  // What a developer has set for another gateway must not reach the demo.
  const { out, err, exit } = await runDemo({
    DATABASE_URL: 'postgres://nowhere.invalid/x',
    SKILLETT_API_KEY: 'sk_other',
  })
  assert.equal(err, '')
  assert.equal(exit, 0)
  assert.match(
    out,
    /^\$ skillett run github create_issue --repo acme\/app --title "Bug" --labels bug --labels urgent$/m,
  )
  const [, , connected, created, listed, failed, audit] = documents(out) as any[]
  assert.equal(connected.status, 'connected')
  assert.equal(created.data.title, 'Bug')
  assert.deepEqual(
    created.data.labels.map((label: { name: string }) => label.name),
    ['bug', 'urgent'],
  )
  assert.equal(listed.data[0].number, created.data.number)
  assert.equal(failed.error.upstream.status, 404)
  assert.match(out, /^exit code [1-9]\d*$/m)
  assert.equal(audit.calls[0].upstream_status, 404)
  assert.doesNotMatch(out, /ghp_|sk_\w{20}/)
})

test('a demo that is killed takes its gateway with it, and the next one removes its data', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'skillett-demos-'))
  await chmod(folder, 0o755)
  const homes = async () => (await readdir(folder)).filter((name) => name.startsWith('skillett-demo-'))
  try {
    const child = startDemo(['--keep'], { TMPDIR: folder })
    const url = await readUrl(child.stdout)
    assert.equal((await fetch(`${url}/healthz`)).status, 200)
    assert.equal((await homes()).length, 1)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await awaitRefusal(url)

    assert.equal((await runDemo({ TMPDIR: folder })).exit, 0)
    assert.deepEqual(await homes(), [])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

/** What the demo tells to export, once everything is up. */
async function readUrl(out: Readable): Promise<string> {
  let said = ''
  // The demo goes on printing: a pipe that closes under it would end it.
  for await (const chunk of out.iterator({ destroyOnReturn: false })) {
    said += String(chunk)
    const url = /export SKILLETT_API_URL=(\S+)\n/.exec(said)?.[1]
    if (url) return url
  }
  throw new Error(`The demo ended early:\n${said}`)
}

async function awaitRefusal(url: string): Promise<void> {
  while (await fetch(url).catch(() => undefined)) await delay(20)
}
