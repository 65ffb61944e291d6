/** `skillett connect`: gives the gateway access to an account. A secret comes in on stdin and never as an argument. */

import { Command, Option } from 'clipanion'
import { checkName } from '../endpoint-table.ts'
import { failure, usage } from '../failure.ts'
import { readSecret } from '../secret.ts'
import { GatewayCommand } from './base.ts'

export class ConnectCommand extends GatewayCommand {
  static override paths = [['connect']]
  static override usage = Command.Usage({
    description: 'Connect an account of an integration',
    details:
      'The secret is read from stdin, without the line feed at its end. Where a method needs several fields, stdin holds a JSON object.',
    examples: [
      ['With a personal access token', 'skillett connect github --auth token --secret-stdin < token.txt'],
      [
        'A second account, with a name of its own',
        'skillett connect github --account work --secret-stdin < token.txt',
      ],
      ['With account fields', 'skillett connect zendesk --set subdomain=acme --secret-stdin < fields.json'],
    ],
  })

  integration = Option.String()
  auth = Option.String('--auth', { description: 'which way of signing in, where there are several' })
  account = Option.String('--account', { description: 'a name for this account' })
  identifier = Option.String('--identifier', {
    description: 'whose account, for products that serve many people',
  })
  settings = Option.Array('--set', [], { description: 'a field of the account, KEY=VALUE; may be repeated' })
  secretStdin = Option.Boolean('--secret-stdin', false, { description: 'read the secret from stdin' })

  override async execute(): Promise<number> {
    checkName('integration', this.integration)
    const variables = readSettings(this.settings)
    const secret = this.secretStdin ? readSecret(this.context.outside) : undefined
    const body = await this.request(
      {
        method: 'POST',
        path: '/v1/connect',
        body: JSON.stringify({
          integration: this.integration,
          account: this.account,
          identifier: this.identifier,
          auth: this.auth,
          variables,
          secret,
        }),
      },
      this.integration,
    )
    this.print(body)
    // Without a secret the answer is a link, and a person has to go on from there.
    const { status } = JSON.parse(body.toString()) as { status?: string }
    return status === 'connected' ? 0 : failure('integration_not_connected').details.exit!
  }
}

function readSettings(settings: string[]): Record<string, string> | undefined {
  const pairs = settings.map((setting) => /^([A-Za-z_][\w-]{0,63})=([^]*)$/.exec(setting))
  if (pairs.includes(null)) throw usage('--set must look like subdomain=acme', 'skillett connect')
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs.map((pair) => [pair![1], pair![2]]))
}
