/**
 * Runs the tests: `npm test`, or `npm test -- test/cli/run.test.ts` for some of them, or `npm run test:slow` for
 * those that take minutes. Brings the bundle up to date, starts the one PostgreSQL of the run, hands both to
 * `node --test`, and names what was skipped. The last lines on stdout are node's own summary. Files are found here:
 * `node --test` of Node 20 given a folder finds no .ts file, runs nothing and calls it a success.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { buildBundle, packageRoot } from './bundle.ts'
import { startPostgres } from './pg.ts'

/** test/*.test.ts and test/*\/*.test.ts, without the slow ones */
async function findTests(): Promise<string[]> {
  const entries = await readdir(join(packageRoot, 'test'), { withFileTypes: true })
  const folders = entries
    .filter((entry) => entry.isDirectory() && entry.name !== 'slow')
    .map((entry) => entry.name)
  const inner = folders.map(async (name) =>
    (await readdir(join(packageRoot, 'test', name))).map((file) => join(name, file)),
  )
  const names = [...entries.map((entry) => entry.name), ...(await Promise.all(inner)).flat()]
  return names
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join('test', name))
    .sort()
}

/** @returns the exit code */
async function runTests(files: string[], postgresUrl: string, skips: string): Promise<number> {
  const child = spawn(
    process.execPath,
    [
      ...['--import', 'tsx', '--test', '--test-concurrency', '2', '--test-timeout', '300000'],
      ...['--test-reporter', process.stdout.isTTY ? 'spec' : 'tap', '--test-reporter-destination', 'stdout'],
      ...['--test-reporter', './test/support/skipped.mjs', '--test-reporter-destination', skips],
      ...files,
    ],
    {
      cwd: packageRoot,
      env: {
        ...process.env,
        SKILLETT_TEST_POSTGRES: postgresUrl,
        ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const summary: string[] = []
  const closed = once(child, 'close')
  for await (const line of createInterface(child.stdout)) {
    const total =
      /^(?:\S*#|\S*ℹ) ((?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+)/.exec(line)
    if (total?.[1]) summary.push(`# ${total[1]}`)
    else console.log(line)
  }
  const [code] = await closed
  const skipped = (await readFile(skips, 'utf8')).trimEnd().split('\n').filter(Boolean)
  if (skipped.length > 0) console.log([`# ${skipped.length} skipped:`, ...skipped].join('\n#   '))
  console.log(summary.join('\n'))
  if (summary.includes('# tests 0')) console.error('No test ran.')
  return code === 0 && !summary.includes('# tests 0') ? 0 : 1
}

/** A folder stands for the tests in it. */
async function expand(path: string): Promise<string[]> {
  const isFolder = await stat(join(packageRoot, path)).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!isFolder) return [path]
  const names = await readdir(join(packageRoot, path))
  return names.filter((name) => name.endsWith('.test.ts')).map((name) => join(path, name))
}

const asked = process.argv.slice(2)
const files = asked.length > 0 ? (await Promise.all(asked.map(expand))).flat() : await findTests()
const missing = files.filter((file) => !existsSync(join(packageRoot, file)))
if (files.length === 0 || missing.length > 0) {
  console.error(
    files.length === 0 ? 'No test files: nothing to run.' : `No such test file: ${missing.join(', ')}`,
  )
  process.exit(2)
}
// The tests are in the terminal's group too and end by themselves; what runs here is put away after them.
process.on('SIGINT', () => {})
await buildBundle()
const folder = await mkdtemp(join(tmpdir(), 'skillett-run-'))
const postgres = await startPostgres()
try {
  process.exitCode = await runTests(files, postgres.url, join(folder, 'skipped.txt'))
} finally {
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
}
