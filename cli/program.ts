/**
 * All commands of this floor but the everyday `run`, parsed by clipanion. Its own printing of mistakes and help is not
 * used: mistakes are failures like all others, and help begins with examples.
 */

import { Cli } from 'clipanion'
import { CallsCommand } from './commands/calls.ts'
import { ConnectCommand } from './commands/connect.ts'
import {
  ConfigServiceCommand,
  ConnectionsCommand,
  RemoveConnectionCommand,
  VerifyConnectionCommand,
} from './commands/connections.ts'
import { HelpCommand } from './commands/help.ts'
import { CreateKeyCommand, KeysCommand, RevokeKeyCommand } from './commands/keys.ts'
import { LoginCommand } from './commands/login.ts'
import { LogoutCommand } from './commands/logout.ts'
import { RunCommand } from './commands/run.ts'
import { SkillsCommand } from './commands/skills.ts'
import { TokenCommand } from './commands/token.ts'
import { VersionCommand } from './commands/version.ts'
import { WhoamiCommand } from './commands/whoami.ts'
import type { Context } from './context.ts'
import { usage, type Failure } from './failure.ts'
import { faceCommands } from './faces.ts'
import { describeTree, findPage, type CommandTree } from './help-page.ts'
import { showRunPage } from './run-page.ts'
import { nearest } from './suggest.ts'
import { hasControl } from './check.ts'

const commands = [
  RunCommand,
  SkillsCommand,
  ConnectCommand,
  ConnectionsCommand,
  VerifyConnectionCommand,
  RemoveConnectionCommand,
  ConfigServiceCommand,
  TokenCommand,
  LoginCommand,
  LogoutCommand,
  WhoamiCommand,
  KeysCommand,
  CreateKeyCommand,
  RevokeKeyCommand,
  CallsCommand,
  HelpCommand,
  VersionCommand,
]

export async function runProgram(argv: string[], context: Context): Promise<number> {
  const cli = Cli.from(commands, { binaryName: 'skillett', enableColors: false })
  const tree = describeTree(cli.definitions(), context.root)
  if (argv[0] === 'run') return showRunPage(argv.slice(1), tree, context)
  const words = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  if (words.includes('-h') || words.includes('--help')) {
    const page = findPage(
      tree,
      words.filter((word) => !word.startsWith('-')),
    )
    context.write('stdout', page)
    return 0
  }
  if (argv.some(hasControl)) throw usage('an argument holds control characters', 'skillett')
  let command
  try {
    command = cli.process(argv, { outside: context, tree })
  } catch {
    throw describeMistake(argv, tree)
  }
  return (await command.execute()) ?? 0
}

/** What clipanion could not parse, in our words: unknown command, unknown flag, or the usage of the nearest command. */
function describeMistake(argv: string[], tree: CommandTree): Failure {
  const words = argv.filter((word) => !word.startsWith('-'))
  const fits = tree.commands.filter(({ path }) => path.every((word, i) => words[i] === word))
  const command = fits.sort((a, b) => b.path.length - a.path.length)[0]
  if (!command) return describeUnknownCommand(words[0] ?? argv[0] ?? '', tree)
  const name = `skillett ${command.path.join(' ')}`
  const known = command.options.flatMap(({ flags }) => flags)
  const unknown = argv
    .map((word) => word.split('=')[0]!)
    .filter((word) => /^--?[a-z]/i.test(word) && !known.includes(word))
  const complaints = unknown.map((flag) => {
    const near = nearest(flag, known)
    return `${flag} is not known${near === undefined ? '' : `; did you mean ${near}?`}`
  })
  const list = known.length === 0 ? '' : `. Flags: ${[...new Set(known)].join(', ')}`
  const reason =
    complaints.length > 0
      ? `${complaints.join('; ')}${list}`
      : `the words do not fit. Usage: ${command.usage}`
  return usage(reason.replace(/\?$/, ''), name, {
    next: [{ command: `${name} --help`, why: 'shows examples and flags' }],
  })
}

function describeUnknownCommand(word: string, tree: CommandTree): Failure {
  const names = [...new Set([...tree.commands.map(({ path }) => path[0]!), ...Object.keys(faceCommands)])]
  const near = nearest(word, names)
  const reason = `${JSON.stringify(word.slice(0, 80))} is not a command`
  return usage(
    `${reason}${near === undefined ? '' : `; did you mean ${near}?`} There is: ${names.join(', ')}`,
    'skillett',
    {
      next: [
        {
          command: near === undefined ? 'skillett help' : `skillett ${near} --help`,
          why: 'shows how it is used',
        },
      ],
    },
  )
}
