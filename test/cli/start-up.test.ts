/** An agent's call loads no framework, no TLS, no terminal and neither of the other faces. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { buildBundle } from '../support/bundle.ts'
import { runCli } from '../support/cli.ts'
import { startRecordingGateway } from '../support/recording-gateway.ts'

before(buildBundle)

/** Names of Node's modules that a run of these words has loaded. */
async function listLoaded(args: string[], url: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'skillett-loaded-'))
  try {
    const preload = join(folder, 'preload.cjs')
    const list = join(folder, 'list.json')
    const write = `require('fs').writeFileSync(${JSON.stringify(list)}, JSON.stringify(process.moduleLoadList))`
    await writeFile(preload, `process.on('exit', () => ${write})`)
    const env = { SKILLETT_API_URL: url, SKILLETT_API_KEY: 'sk_test', NODE_OPTIONS: `--require ${preload}` }
    assert.equal((await runCli({ args, env })).exit, 0)
    const loaded = JSON.parse(await readFile(list, 'utf8')) as string[]
    return loaded.map((name) => name.replace('NativeModule ', ''))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test('a call loads HTTP and little else', async (t) => {
  const gateway = await startRecordingGateway()
  t.after(() => gateway.stop())
  const loaded = await listLoaded(['run', 'acme', 'list_notes', '--space', 'home'], gateway.url)
  assert.ok(loaded.includes('http'))
  // clipanion loads tty.
  for (const name of ['tty', 'https', 'tls', 'readline', 'child_process', 'internal/deps/undici/undici']) {
    assert.ok(!loaded.includes(name), name)
  }
  assert.ok((await listLoaded(['whoami'], gateway.url)).includes('tty'), 'the look-out sees the framework')
})

test('the version loads no HTTP', async () => {
  const loaded = await listLoaded(['--version'], 'http://127.0.0.1:9')
  for (const name of ['tty', 'http', 'net']) assert.ok(!loaded.includes(name), name)
})
