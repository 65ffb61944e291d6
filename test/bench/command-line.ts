/** Whole processes of the command line beside the floor of any Node program, in turns. */
import { spawnSync } from 'node:child_process'
import { makeKeys, startGateway, type Ground } from './ground.ts'
import { firstLine, median, packageRoot, plainEnvironment, start, stop } from './process.ts'
import { table } from './table.ts'

const runs = 30

export async function benchCommandLine(ground: Ground): Promise<string> {
  const upstream = start('rest', ['--import', 'tsx', 'test/bench/upstream.ts'])
  const gateway = await startGateway(ground, `http://127.0.0.1:${await firstLine(upstream)}`)
  const [key = ''] = await makeKeys(ground.sql, 1)
  const env = { SKILLETT_API_URL: `http://127.0.0.1:${gateway.port}`, SKILLETT_API_KEY: key }
  const call = ['run', 'github', 'create_issue', '--repo', 'acme/app', '--title', 'Bug', '--labels', 'bug']
  const variants: [string, string[]][] = [
    ['node -e 0', ['-e', '0']],
    ['skillett --version', ['dist/skillett.cjs', '--version']],
    ['skillett run, with its call', ['dist/skillett.cjs', ...call]],
  ]
  const times = new Map<string, number[]>(variants.map(([name]) => [name, []]))
  for (let run = -2; run < runs; run += 1)
    for (const [name, args] of variants) {
      const ms = timeOf(args, env)
      if (run >= 0) times.get(name)!.push(ms)
    }
  await Promise.all([gateway.stop(), stop(upstream)])
  const floor = median(times.get('node -e 0')!)
  const rows = [...times].map(([name, list]) => [
    name,
    median(list).toFixed(1),
    (median(list) / floor).toFixed(2),
  ])
  return `Command line: whole processes, ${runs} runs in turns\n${table(['command', 'median ms', 'ratio'], rows)}`
}

function timeOf(args: string[], env: Record<string, string>): number {
  const started = performance.now()
  const done = spawnSync(process.execPath, args, { cwd: packageRoot, env: { ...plainEnvironment, ...env } })
  const ms = performance.now() - started
  if (done.status !== 0) throw new Error(`${args.join(' ')} ended with ${done.status}: ${done.stderr}`)
  return ms
}
