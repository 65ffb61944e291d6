/**
 * The commands of the other two faces. They live in files of their own, so that this floor's calls never load a
 * compiler or a server; the words after "skillett" are handed on as they are.
 */

import nodeModule, { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Context } from './context.ts'

export type Face = 'server' | 'codegen'

export interface FaceCommand {
  face: Face
  usage: string
  description: string
  example: string
}

export const faceCommands: Record<string, FaceCommand> = {
  serve: {
    face: 'server',
    usage: 'skillett serve [--port P] [--skills DIR]… [--once-ready-file F]',
    description: 'Run the gateway',
    example: 'skillett serve --port 4050',
  },
  migrate: {
    face: 'server',
    usage: 'skillett migrate',
    description: 'Bring the database up to date',
    example: 'skillett migrate',
  },
  admin: {
    face: 'server',
    usage: 'skillett admin create-user|sign-in-link|create-key|set-plan …',
    description: 'Make users and keys and set plans, on the machine of the gateway',
    example: 'skillett admin create-key --email you@example.com',
  },
  validate: {
    face: 'codegen',
    usage: 'skillett validate [--skills DIR]… [--against [NAME=]FILE]… [--json | --sarif]',
    description: 'Check skills and print every mistake with its place',
    example: 'skillett validate --skills ./skills',
  },
  dev: {
    face: 'codegen',
    usage: 'skillett dev [--skills DIR]… [--port P]',
    description: 'Serve skills while you write them: every change is live at once',
    example: 'skillett dev --skills ./skills',
  },
  new: {
    face: 'codegen',
    usage: 'skillett new integration NAME | endpoint INTEGRATION/GROUP/NAME [--skills DIR]',
    description: 'Write a draft of an integration or an endpoint that validates as it stands',
    example: 'skillett new endpoint github/issues/close_issue --skills ./skills',
  },
  test: {
    face: 'codegen',
    usage: 'skillett test [INTEGRATION] [--skills DIR]… [--json]',
    description: 'Run the examples of skills without sending anything',
    example: 'skillett test github',
  },
  import: {
    face: 'codegen',
    usage: 'skillett import openapi|discovery FILE --integration NAME --out DIR [--only …] [--json]',
    description: 'Draft skills from an API description',
    example: 'skillett import openapi api.json --integration acme --out ./skills',
  },
  build: {
    face: 'codegen',
    usage: 'skillett build [--check] [--skills DIR]… [--out DIR]',
    description: 'Compile the skills',
    example: 'skillett build --check',
  },
}

export function faceOf(command: string): Face | undefined {
  return Object.hasOwn(faceCommands, command) ? faceCommands[command]!.face : undefined
}

/** Resolves to the exit code; the process ends by itself when nothing is open any more. */
export async function runFace(face: Face, context: Context): Promise<number> {
  cacheCompiled(context)
  const file = join(context.root, ...(fromSource ? [face, 'main.ts'] : ['dist', `${face}.js`]))
  const { main } = (await import(pathToFileURL(file).href)) as { main: (argv: string[]) => Promise<number> }
  return main(context.argv)
}

/** The commands of this floor that need a framework. A file of its own, because parsing it would slow every call. */
export function loadProgram(context: Context): typeof import('./program.ts') {
  cacheCompiled(context)
  const file = join(context.root, ...(fromSource ? ['cli', 'program.ts'] : ['dist', 'program.cjs']))
  return createRequire(import.meta.filename)(file) as typeof import('./program.ts')
}

// From the checkout, without a bundle, everything is its source.
const fromSource = import.meta.filename.endsWith('.ts')

/** Node 22 and newer keep compiled code. Their own default place can be written by everybody, this one cannot. */
function cacheCompiled(context: Context) {
  const { enableCompileCache } = nodeModule as { enableCompileCache?: (folder: string) => unknown }
  enableCompileCache?.(join(cacheFolder(context), 'compiled'))
}

function cacheFolder({ env, homeDirectory }: Context): string {
  const base = env['XDG_CACHE_HOME']
  return join(base?.startsWith('/') ? base : join(homeDirectory(), '.cache'), 'skillett')
}
