/** Pages of help and the command tree, from what the commands say about themselves. Examples come first. */

import type { Definition } from 'clipanion'
import { align, exitCodes, section } from './endpoint-page.ts'
import { usage } from './failure.ts'
import { faceCommands } from './faces.ts'
import { nearest } from './suggest.ts'
import { readVersion } from './version.ts'

export interface CommandTree {
  name: 'skillett'
  version: string
  commands: CommandEntry[]
  exit_codes: Record<string, string[]>
  environment: Record<string, string>
}

export interface CommandEntry {
  /** The words after "skillett". */
  path: string[]
  usage: string
  description: string
  details: string
  options: { flags: string[]; definition: string; description: string; required: boolean }[]
  examples: { title: string; command: string }[]
}

const environment = {
  SKILLETT_API_KEY: 'the API key, sk_…',
  SKILLETT_API_URL: 'where the gateway is (default http://127.0.0.1:4050)',
  NO_COLOR: 'never any colour',
  CLICOLOR_FORCE: 'colour although stdout is not a terminal',
}

export function describeTree(definitions: Definition[], root: string): CommandTree {
  const own = definitions.map(describeCommand)
  const others = Object.entries(faceCommands).map(
    ([name, { usage: line, description, example }]): CommandEntry => ({
      path: [name],
      usage: line,
      description,
      details: '',
      options: [],
      examples: [{ title: '', command: example }],
    }),
  )
  return {
    name: 'skillett',
    version: readVersion(root),
    commands: [...own, ...others],
    exit_codes: exitCodes(),
    environment,
  }
}

function describeCommand({
  path,
  usage: line,
  description = '',
  details = '',
  options,
  examples = [],
}: Definition): CommandEntry {
  return {
    path: path
      .split(' ')
      .slice(1)
      .filter((word) => /^[a-z]/.test(word)),
    usage: line,
    description: description.trim(),
    details: details.trim(),
    options: options.map(({ definition, description: what = '', required }) => ({
      flags: definition.split(/[, ]+/).filter((word) => word.startsWith('-')),
      definition,
      description: what.trim(),
      required,
    })),
    examples: examples.map(([title, command]) => ({ title: title.trim(), command })),
  }
}

/** The page of the command that the words name; of none, the first page. Fails with `usage`. */
export function findPage(tree: CommandTree, words: string[]): string {
  if (words.length === 0) return renderTree(tree)
  for (let length = words.length; length > 0; length--) {
    const wanted = words.slice(0, length).join(' ')
    const group = tree.commands.filter(
      ({ path }) => path.join(' ') === wanted || path.join(' ').startsWith(`${wanted} `),
    )
    if (group.length > 0) return `${group.map(renderCommand).join('\n\n')}\n`
  }
  const near = nearest(
    words[0]!,
    tree.commands.map(({ path }) => path[0]!),
  )
  const meant = near === undefined ? '' : `; did you mean ${near}?`
  throw usage(
    `${JSON.stringify(words[0]!.slice(0, 80))} is not a command${meant}`.replace(/\?$/, ''),
    'skillett',
  )
}

function renderTree({ commands, version }: CommandTree): string {
  const examples = [
    'skillett skills                                  # what is there',
    'skillett skills github create_issue              # what an endpoint takes',
    'skillett run github create_issue --repo acme/app --title Bug',
    'skillett connect github --auth token --secret-stdin < token.txt',
  ]
  return [
    `skillett ${version}: the services of your user, without their credentials`,
    section('Examples', examples),
    section('Commands', align(commands.map(({ path, description }) => [path.join(' '), description]))),
    section('Environment', align(Object.entries(environment))),
    'More: skillett COMMAND --help, skillett run INTEGRATION ENDPOINT --help, skillett help --json\n',
  ].join('\n\n')
}

function renderCommand({ usage: line, description, details, options, examples }: CommandEntry): string {
  return [
    section(
      'Examples',
      examples.flatMap(({ title, command }) => [...(title ? [`# ${title}`] : []), command]),
    ),
    description,
    section('Usage', [line]),
    section('Flags', align(options.map(({ definition, description: what }) => [definition, what]))),
    details,
  ]
    .filter((text) => text !== '')
    .join('\n\n')
}
