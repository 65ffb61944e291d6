/** The shipped bundle, dist/, which tests and the demo run as processes: built when it is older than its sources. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const packageRoot = fileURLToPath(new URL('../../', import.meta.url))

/** What package.json names as `bin`; run it with `process.execPath`. */
export const cliBundle = join(packageRoot, 'dist/skillett.cjs')

const sources = ['cli', 'codegen', 'server', 'generated/errors.ts', 'package.json']
const outputs = ['dist/skillett.cjs', 'dist/program.cjs', 'dist/server.js', 'dist/codegen.js']

/** @throws Error when the build fails */
export async function buildBundle(): Promise<void> {
  const [made, built] = await Promise.all([changeTimes(sources), changeTimes(outputs)])
  if (Math.max(...made) < Math.min(...built)) return
  const child = spawn('npm', ['run', '-s', 'bundle'], {
    cwd: packageRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error('`npm run bundle` failed.')
}

/** Of every file under these paths, in ms; 0 stands for a missing one. */
async function changeTimes(paths: string[]): Promise<number[]> {
  const times = paths.map(async (path) => {
    const found = await stat(join(packageRoot, path)).catch(() => undefined)
    if (!found?.isDirectory()) return [found?.mtimeMs ?? 0]
    const names = await readdir(join(packageRoot, path))
    return changeTimes(names.map((name) => join(path, name)))
  })
  return (await Promise.all(times)).flat()
}
