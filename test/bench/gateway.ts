/**
 * Throughput of the whole road, durable audit row included, beside a bare @fastify/reply-from that does none of
 * it. Variants take turns within each round; ratios are of medians over rounds.
 */
import type { ChildProcess } from 'node:child_process'
import type { Load, LoadResult } from './load.ts'
import { makeKeys, startGateway, type Ground } from './ground.ts'
import { cpuMs, firstLine, median, pinning, start, stop } from './process.ts'
import { table } from './table.ts'
import { installYardsticks } from './yardsticks.ts'

type Variant = [name: string, server: ChildProcess, load: Load]
type Measured = LoadResult & { cpuUs: number }

const connections = 32
const rounds = 5

export async function benchGateway(ground: Ground): Promise<string> {
  installYardsticks()
  const upstream = start('rest', ['--import', 'tsx', 'test/bench/upstream.ts'])
  const origin = `http://127.0.0.1:${await firstLine(upstream)}`
  const replyFrom = start('server', ['test/bench/reply-from.mjs', origin])
  const replyFromPort = Number(await firstLine(replyFrom))
  const keys = await makeKeys(ground.sql, 1000)
  const gateway = await startGateway(ground, origin)

  const variants: Variant[] = [
    [
      '@fastify/reply-from, which checks and records nothing',
      replyFrom,
      loadOf(replyFromPort, keys.slice(0, 1)),
    ],
    ['Skillett, one key', gateway.child, loadOf(gateway.port, keys.slice(0, 1))],
    ['Skillett, 1,000 keys', gateway.child, loadOf(gateway.port, keys)],
  ]
  const results = new Map<string, Measured[]>(variants.map(([name]) => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? variants : variants.toReversed()
    for (const [name, server, load] of order) results.get(name)!.push(await measure(server, load))
  }
  await Promise.all([gateway.stop(), stop(replyFrom), stop(upstream)])

  const yardstick = median(results.get(variants[0]![0])!.map((result) => result.perSecond))
  const rows = [...results].map(([name, list]) => {
    const perSecond = median(list.map((result) => result.perSecond))
    return [
      name,
      String(Math.round(perSecond)),
      (perSecond / yardstick).toFixed(2),
      median(list.map((result) => result.cpuUs)).toFixed(0),
      median(list.map((result) => result.p50)).toFixed(2),
      median(list.map((result) => result.p99)).toFixed(2),
      String(list.reduce((sum, result) => sum + result.errors, 0)),
    ]
  })
  const head = ['variant', 'calls/s', 'ratio', 'CPU µs/call', 'p50 ms', 'p99 ms', 'errors']
  return `Gateway: ${connections} connections, 2 kB answers, ${pinning}, ${rounds} rounds\n${table(head, rows)}`
}

function loadOf(port: number, keys: string[]): Load {
  const body = JSON.stringify({
    params: { repo: 'acme/app', title: 'A bug in the parser', labels: ['bug', 'urgent'] },
  })
  const requests = keys.map(
    (key) =>
      `POST /v1/github/create_issue HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${key}\r\n` +
      `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
  return { port, requests, connections, warmupMs: 1000, measureMs: 3000 }
}

async function measure(server: ChildProcess, load: Load): Promise<Measured> {
  const before = cpuMs(server.pid!)
  const child = start('rest', ['--import', 'tsx', 'test/bench/load.ts'])
  child.stdin!.end(JSON.stringify(load))
  const result = JSON.parse(await firstLine(child)) as LoadResult
  await stop(child)
  return { ...result, cpuUs: ((cpuMs(server.pid!) - before) * 1000) / result.answered }
}
