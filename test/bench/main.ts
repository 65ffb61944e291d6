/**
 * `npm run bench` — the figures of the README, measured beside their yardsticks in one run and printed as ratios.
 * `npm run bench -- gateway` runs one part. Nothing is asserted: machines differ, ratios are for reading.
 */
import { arch, cpus, platform } from 'node:os'
import { buildBundle } from '../support/bundle.ts'
import { benchAdmission } from './admission.ts'
import { benchCommandLine } from './command-line.ts'
import { benchCompile } from './compile.ts'
import { benchFirstCall } from './first-call.ts'
import { benchGateway } from './gateway.ts'
import { prepareGround } from './ground.ts'
import { benchStartUp } from './start-up.ts'

const parts = {
  gateway: benchGateway,
  admission: benchAdmission,
  'command-line': benchCommandLine,
  'first-call': benchFirstCall,
  compile: benchCompile,
  'start-up': benchStartUp,
} as const

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !Object.hasOwn(parts, name))
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}.`)
  process.exit(2)
}
await buildBundle()
console.log(
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${platform()} ${arch()}, Node ${process.version}\n`,
)
const ground = await prepareGround()
try {
  for (const [name, bench] of Object.entries(parts))
    if (wanted.length === 0 || wanted.includes(name)) console.log(await bench(ground))
} finally {
  await ground.end()
}
