/**
 * `skillett connect`: gives the gateway access to an account. A secret comes in on stdin and never as an argument.
 * Without one a person agrees in a browser: at a terminal the command waits for that; for an agent it takes two
 * steps, so that nothing blocks: the first prints a link and ends, the second waits.
 */

import { Command, Option } from 'clipanion'
import { openPage } from '../browser.ts'
import { awaitConnection, type Link, type Progress } from '../connect-link.ts'
import { ask } from '../client.ts'
import { checkName } from '../endpoint-table.ts'
import { failure, usage } from '../failure.ts'
import { findGateway } from '../gateway.ts'
import { takeBody } from '../output.ts'
import { readSecret } from '../secret.ts'
import { showText } from '../terminal-view.ts'
import { checkId, GatewayCommand } from './base.ts'

export class ConnectCommand extends GatewayCommand {
  static override paths = [['connect']]
  static override usage = Command.Usage({
    description: 'Connect an account of an integration',
    details:
      'Without a secret the answer is a link for the person whose account it is. At a terminal the command waits; otherwise, and with --no-wait, it ends with exit code 8, and --resume waits. The secret is read from stdin, without the line feed at its end. Where a method needs several fields, stdin holds a JSON object.',
    examples: [
      ['A person agrees in a browser', 'skillett connect github'],
      ['For an agent: print the link and end', 'skillett connect github --no-wait'],
      ['Then wait until the person has decided', 'skillett connect --resume conn_abc123'],
      ['With a personal access token', 'skillett connect github --auth token --secret-stdin < token.txt'],
      [
        'A second account, with a name of its own',
        'skillett connect github --account work --secret-stdin < token.txt',
      ],
      ['With account fields', 'skillett connect zendesk --set subdomain=acme --secret-stdin < fields.json'],
    ],
  })

  integration = Option.String({ required: false })
  auth = Option.String('--auth', { description: 'which way of signing in, where there are several' })
  account = Option.String('--account', { description: 'a name for this account' })
  identifier = Option.String('--identifier', {
    description: 'whose account, for products that serve many people',
  })
  settings = Option.Array('--set', [], { description: 'a field of the account, KEY=VALUE; may be repeated' })
  secretStdin = Option.Boolean('--secret-stdin', false, { description: 'read the secret from stdin' })
  noWait = Option.Boolean('--no-wait', false, { description: 'print the link as JSON and end' })
  resume = Option.String('--resume', { description: 'wait for what was begun before' })

  override async execute(): Promise<number> {
    if (this.resume !== undefined) return this.finish(checkId(this.resume, 'skillett connect --resume'))
    if (this.integration === undefined) throw usage('name an integration', 'skillett connect')
    checkName('integration', this.integration)
    const body = await this.begin(this.integration)
    const answer = JSON.parse(body.toString()) as { status?: string } & Partial<Link>
    if (answer.status === 'connected') return this.print(body)
    const { oauth_url = '', connection_id = '', expires_at = '' } = answer
    const link = { oauth_url, connection_id, expires_at }
    if (this.noWait || !this.context.outside.isTerminal('stdin')) return this.hand(link)
    this.show(link)
    return this.finish(link.connection_id)
  }

  private begin(integration: string): Promise<Buffer> {
    const { account, identifier, auth } = this
    const variables = readSettings(this.settings)
    const secret = this.secretStdin ? readSecret(this.context.outside) : undefined
    const body = JSON.stringify({ integration, account, identifier, auth, variables, secret })
    return this.request({ method: 'POST', path: '/v1/connect', body }, integration)
  }

  private async finish(id: string): Promise<number> {
    const question = { method: 'GET', path: `/v1/connect/${id}` } as const
    const gateway = findGateway(this.context.outside)
    let body = await this.request(question)
    const progress = await awaitConnection(
      () => JSON.parse(body.toString()) as Progress,
      async () => {
        body = takeBody(await ask(gateway, { ...question, deadline: 60_000 }), { readOnly: true })
      },
    )
    return this.printObject({ ...progress })
  }

  /** The person's part, as data, and the command that goes on. */
  private hand(link: Link): number {
    const command = `skillett connect --resume ${link.connection_id}`
    const next = [{ command, why: 'waits, once the person has the link' }]
    this.printObject({ status: 'pending', ...link, next })
    return failure('approval_required').details.exit!
  }

  private show({ oauth_url, expires_at }: Link) {
    const { outside } = this.context
    const opened = openPage(oauth_url, outside)
    const lines = [
      opened
        ? 'A browser is opening. If it does not, open:'
        : 'Open in a browser in which you are signed in:',
      `\n  ${oauth_url}\n`,
      `It works until ${expires_at}. Waiting for you there; Ctrl-C ends it.`,
    ]
    outside.write('stderr', `${showText(lines.join('\n'))}\n`)
  }
}

function readSettings(settings: string[]): Record<string, string> | undefined {
  const pairs = settings.map((setting) => /^([A-Za-z_][\w-]{0,63})=([^]*)$/.exec(setting))
  if (pairs.includes(null)) throw usage('--set must look like subdomain=acme', 'skillett connect')
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs.map((pair) => [pair![1], pair![2]]))
}
