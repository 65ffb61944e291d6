/**
 * Runs a Node program and ends it, gently, when the process that forked this one ends or disconnects, even by
 * kill -9. The program gets a process group of its own: Ctrl-C in a terminal is for its keeper's parent.
 *   fork('keeper.mjs', [file, …arguments])
 */
import { spawn } from 'node:child_process'

const child = spawn(process.execPath, process.argv.slice(2), {
  stdio: ['ignore', 'ignore', 'inherit'],
  detached: true,
})
child.once('exit', (code) => process.exit(code ?? 1))
process.once('disconnect', () => child.kill('SIGTERM'))
process.on('SIGINT', () => {})
