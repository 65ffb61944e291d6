/** `skillett run` as it stands in help and in the command tree; the call itself is everyday.ts. */

import { Command, Option } from 'clipanion'
import { showRunPage } from '../run-page.ts'
import { ownFlags } from '../words.ts'
import { GatewayCommand } from './base.ts'

export class RunCommand extends GatewayCommand {
  static override paths = [['run']]
  static override usage = Command.Usage({
    description: 'Call an endpoint; its parameters are flags',
    details: [
      'What an endpoint takes: skillett run INTEGRATION ENDPOINT --help. Types come from its schema.',
      'Lists: repeat the flag, or a,b, or a JSON array. Objects: --filter.state open, or JSON. Booleans: --draft, --no-draft.',
      '--param @file reads a text file of the working directory, - reads stdin, @@x is the text "@x".',
      ...Object.entries(ownFlags).map(
        ([name, { value = '', description }]) => `--${name} ${value}`.trim() + `: ${description}`,
      ),
    ].join('\n\n'),
    examples: [
      ['Flags', 'skillett run github create_issue --repo acme/app --title Bug --labels bug --labels urgent'],
      ['The same as JSON', `skillett run github create_issue --json '{"repo":"acme/app","title":"Bug"}'`],
      ['Look before it is sent', 'skillett run github create_issue --repo acme/app --title Bug --dry-run'],
    ],
  })

  integration = Option.String()
  endpoint = Option.String()
  flags = Option.Proxy()

  override async execute(): Promise<number> {
    const { outside, tree } = this.context
    return showRunPage([this.integration, this.endpoint, ...this.flags], tree, outside)
  }
}
