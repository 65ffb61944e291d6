/** `skillett version`. */

import { Command } from 'clipanion'
import { GatewayCommand } from './base.ts'

export class VersionCommand extends GatewayCommand {
  static override paths = [['version']]
  static override usage = Command.Usage({
    description: 'Show the version',
    examples: [['', 'skillett version']],
  })

  override async execute(): Promise<number> {
    return this.printObject({ version: this.context.tree.version })
  }
}
