/** Installs what the benchmarks are measured against, from their own manifest, when it is not there yet. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from './process.ts'

export const yardstickFolder = join(packageRoot, 'test/bench')

/** @throws Error when npm cannot install them */
export function installYardsticks(): void {
  const manifest = JSON.parse(readFileSync(join(yardstickFolder, 'package.json'), 'utf8'))
  const names = Object.keys(manifest.dependencies as Record<string, string>)
  if (names.every((name) => existsSync(join(yardstickFolder, 'node_modules', name)))) return
  const done = spawnSync('npm', ['install', '--no-package-lock', '--ignore-scripts', '--silent'], {
    cwd: yardstickFolder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (done.status !== 0) throw new Error('the yardsticks of test/bench/package.json could not be installed')
}
