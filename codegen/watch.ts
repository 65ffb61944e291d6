/** Tells when something below some folders may have changed. */
import { readdirSync, watch, type FSWatcher } from 'node:fs'
import { join } from 'node:path'

/** An editor saves in several steps; they count as one. */
const settleMs = 30

/**
 * Watches folder by folder, those that appear later too. `changed` is called once things have settled.
 * @returns ends the watching
 */
export function watchFolders(dirs: readonly string[], changed: () => void): () => void {
  const watchers = new Map<string, FSWatcher>()
  let timer: NodeJS.Timeout | undefined
  const soon = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      look()
      changed()
    }, settleMs)
  }
  const look = (): void => {
    const present = new Set(dirs.flatMap(foldersBelow))
    for (const [dir, watcher] of watchers) {
      if (present.has(dir)) continue
      watcher.close()
      watchers.delete(dir)
    }
    for (const dir of present) {
      if (watchers.has(dir)) continue
      const watcher = watch(dir, soon)
      // The folder went away; its parent tells.
      watcher.on('error', () => watchers.delete(dir))
      watchers.set(dir, watcher)
    }
  }
  look()
  return () => {
    clearTimeout(timer)
    for (const watcher of watchers.values()) watcher.close()
  }
}

function foldersBelow(dir: string): string[] {
  try {
    const below = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    return [dir, ...below.flatMap((entry) => foldersBelow(join(dir, entry.name)))]
  } catch {
    return []
  }
}
