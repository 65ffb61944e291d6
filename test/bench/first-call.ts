/** From `npm start` on an empty data folder, initdb included, to the first answer that needed the database. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { makeApiKey } from '../../server/credentials/api-key.ts'
import { median, packageRoot, plainEnvironment } from './process.ts'
import { table } from './table.ts'

const runs = 3

export async function benchFirstCall(): Promise<string> {
  const fresh: number[] = []
  const again: number[] = []
  for (let run = 0; run < runs; run += 1) {
    const home = await mkdtemp(join(tmpdir(), 'skillett-first-'))
    fresh.push(await firstAnswer(home))
    again.push(await firstAnswer(home))
    await rm(home, { recursive: true, force: true })
  }
  const rows = [
    ['empty data folder', median(fresh).toFixed(2)],
    ['existing data folder', median(again).toFixed(2)],
  ]
  return `First answered call after \`npm start\`, ${runs} runs\n${table(['start', 'median s'], rows)}`
}

async function firstAnswer(home: string): Promise<number> {
  const port = await freePort()
  const started = performance.now()
  const child = spawn('npm', ['start', '--silent'], {
    cwd: packageRoot,
    env: { ...plainEnvironment, SKILLETT_HOME: home, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  // A key that nobody has: the refusal comes from the database all the same.
  const key = makeApiKey()
  while ((await callOnce(port, key)) !== 401) {
    if (child.exitCode !== null) throw new Error(`npm start ended: ${child.stderr.read()}`)
    await delay(10)
  }
  const seconds = (performance.now() - started) / 1000
  process.kill(-child.pid!, 'SIGTERM')
  await ended
  return seconds
}

/** The status; 0 while nobody listens. */
function callOnce(port: number, key: string): Promise<number> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const call = request({
      port,
      host: '127.0.0.1',
      path: '/v1/github/get_me',
      method: 'POST',
      headers,
      agent: false,
    })
    call.on('response', (answer) => answer.resume().on('end', () => resolve(answer.statusCode ?? 0)))
    call.on('error', () => resolve(0))
    call.end('{}')
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
