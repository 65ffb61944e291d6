/** `skillett help`: the commands, one command, or the whole tree as JSON in one call. */

import { Command, Option } from 'clipanion'
import { findPage } from '../help-page.ts'
import { GatewayCommand } from './base.ts'

export class HelpCommand extends GatewayCommand {
  static override paths = [['help']]
  static override usage = Command.Usage({
    description: 'Show the commands, or one of them',
    examples: [
      ['All commands', 'skillett help'],
      ['The whole tree for a program', 'skillett help --json'],
    ],
  })

  words = Option.Rest()
  json = Option.Boolean('--json', false, {
    description: 'the whole command tree, exit codes and variables as JSON',
  })

  override async execute(): Promise<number> {
    const { tree, outside } = this.context
    if (this.json) return this.printObject({ ...tree })
    outside.write('stdout', findPage(tree, this.words))
    return 0
  }
}
