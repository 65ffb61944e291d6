/**
 * `skillett token`: a token itself, for scripts that must hold one. Bare on stdout for one service, so that
 * `$(skillett token gmail)` works; on a terminal it is not shown unless asked for.
 */

import { Command, Option } from 'clipanion'
import { failure, usage } from '../failure.ts'
import { SourceMistake, Sources } from '../source.ts'
import { GatewayCommand } from './base.ts'

interface Token {
  service: string
  status: string
  token?: string
}

export class TokenCommand extends GatewayCommand {
  static override paths = [['token']]
  static override usage = Command.Usage({
    description: 'Print the token of a connection, for a script that must hold it',
    details:
      'The key needs the permission: skillett keys create --tokens. Whatever has the token can do all that it allows, and only the handing out is in the audit log. One service prints the bare token, several print JSON; on a terminal tokens are hidden without --show.',
    examples: [
      ['Into a variable of a script', 'TOKEN=$(skillett token gmail)'],
      ['For the API that is about to be called', 'skillett token --url https://api.github.com/user'],
      ['Several at once', 'skillett token gmail slack --identifier ann@example.com'],
      ['Move from the tool before', 'skillett token --import @connections.json'],
    ],
  })

  services = Option.Rest()
  url = Option.String('--url', { description: 'the service whose API this URL is of' })
  connection = Option.String('--connection', { description: 'which connected account' })
  identifier = Option.String('--identifier', {
    description: 'whose account, for products that serve many people',
  })
  show = Option.Boolean('--show', false, { description: 'show tokens on a terminal too' })
  importFrom = Option.String('--import', {
    description: 'take over services from a connections.json: @file, or - for stdin; prints no token',
  })

  override async execute(): Promise<number> {
    if (this.importFrom !== undefined) return this.importServices(this.importFrom)
    if ((this.services.length === 0) === (this.url === undefined))
      throw usage('name services, or one --url', 'skillett token')
    const body = JSON.stringify({
      services: this.services.length === 0 ? undefined : this.services,
      url: this.url,
      connection: this.connection,
      identifier: this.identifier,
    })
    const answer = await this.request({ method: 'POST', path: '/v1/token', body }, this.services[0])
    const document = JSON.parse(answer.toString()) as Token & { tokens?: Token[] }
    const hidden = this.context.outside.isTerminal('stdout') && !this.show
    if (document.tokens === undefined && !hidden) {
      this.context.outside.write('stdout', `${document.token}\n`)
      return 0
    }
    this.printObject(hidden ? hide(document) : { ...document })
    const lacking = document.tokens?.some(({ status }) => status !== 'active') ?? false
    return lacking ? failure('integration_not_connected').details.exit! : 0
  }

  private async importServices(word: string): Promise<number> {
    const services = readConnections(this.readDocument(word))
    const body = JSON.stringify({ services })
    return this.print(await this.request({ method: 'POST', path: '/v1/services', body }))
  }

  private readDocument(word: string): string {
    try {
      const source = new Sources(this.context.outside).read(word, '--import')
      if (source.origin === 'argument') throw usage('--import must be @file or -', 'skillett token')
      return source.text
    } catch (error) {
      if (error instanceof SourceMistake) throw usage(`--import ${error.message}`, 'skillett token')
      throw error
    }
  }
}

/** `{"gmail":{"connection_name":"gmail_u3134a","identifier":"mess"}}`; nothing else of the file is taken. */
function readConnections(text: string): object[] {
  const broken = () => usage('--import holds no JSON object of services', 'skillett token')
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    throw broken()
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) throw broken()
  return Object.entries(document).map(([service, entry]) => {
    const { connection_name: connection, identifier } = (entry ?? {}) as Record<string, unknown>
    return { service, connection, ...(identifier === undefined ? {} : { identifier }) }
  })
}

function hide(document: Token & { tokens?: Token[] }): Record<string, unknown> {
  const hidden = (entry: Token) => (entry.token === undefined ? entry : { ...entry, token: '***' })
  return document.tokens === undefined ? (hidden(document) as never) : { tokens: document.tokens.map(hidden) }
}
