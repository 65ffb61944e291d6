#!/usr/bin/env node
/**
 * The binary. An agent's `run` and `--version` are answered before anything else is loaded; the other words of this
 * floor go through clipanion; authors' and operators' commands are faces of their own, loaded from their own files.
 */

import { context, exit, setExitCode } from './context.ts'
import { printFailure } from './failure.ts'

start().then(
  (code) => code === undefined || exit(code),
  (error: unknown) => {
    const failed = printFailure(error, context.isTerminal('stderr'))
    context.write('stderr', failed.text)
    // What went wrong inside is for whoever asks for it; a user's mistake never prints a stack.
    if (context.env['NODE_DEBUG'] === 'skillett' && error instanceof Error)
      context.write('stderr', `${error.stack}\n`)
    exit(failed.exit)
  },
)

/** The exit code; undefined when the process ends by itself. */
async function start(): Promise<number | undefined> {
  const { command, rest } = await findCommand(context.argv)
  if (command === 'run') {
    const { runEndpoint } = await import('./everyday.ts')
    return runEndpoint(rest, context)
  }
  if (command === '--version') {
    const { readVersion } = await import('./version.ts')
    context.write('stdout', `${readVersion(context.root)}\n`)
    return 0
  }
  const { faceOf, loadProgram, runFace } = await import('./faces.ts')
  const face = faceOf(command)
  if (face) {
    setExitCode(await runFace(face, context))
    return undefined
  }
  return loadProgram(context).runProgram([command, ...rest], context)
}

/** Flags may stand before the command. */
async function findCommand(argv: string[]): Promise<{ command: string; rest: string[] }> {
  const [first = 'help', ...others] = argv
  if (first === '--version' || !first.startsWith('-')) return { command: first, rest: others }
  const { findOwnFlag, readWords } = await import('./words.ts')
  const [name] = readWords(argv, (flag) => findOwnFlag(flag)?.arity ?? 'switch').names
  if (name === undefined)
    return { command: 'help', rest: argv.filter((word) => word !== '-h' && word !== '--help') }
  const at = argv.indexOf(name)
  return { command: name, rest: argv.filter((_, i) => i !== at) }
}
