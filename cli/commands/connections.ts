/** `skillett connections`: the accounts that this profile has connected. */

import { Command, Option } from 'clipanion'
import type { Context } from '../context.ts'
import { readDuration } from '../duration.ts'
import { usage } from '../failure.ts'
import { printTable, type Row } from '../terminal-view.ts'
import { checkId, GatewayCommand } from './base.ts'

export class ConnectionsCommand extends GatewayCommand {
  static override paths = [['connections'], ['connections', 'list']]
  static override usage = Command.Usage({
    description: 'List the connected accounts',
    examples: [['All of them', 'skillett connections']],
  })

  override async execute(): Promise<number> {
    return this.print(await this.request({ method: 'GET', path: '/v1/connections' }), view)
  }
}

export class VerifyConnectionCommand extends GatewayCommand {
  static override paths = [['connections', 'verify']]
  static override usage = Command.Usage({
    description: 'Ask the service whether a stored credential still works',
    examples: [['', 'skillett connections verify conn_abc123']],
  })

  id = Option.String()

  override async execute(): Promise<number> {
    const id = checkId(this.id, 'skillett connections verify')
    return this.print(
      await this.request({ method: 'POST', path: `/v1/connections/${id}/verify`, body: '{}' }),
    )
  }
}

export class RemoveConnectionCommand extends GatewayCommand {
  static override paths = [['connections', 'remove']]
  static override usage = Command.Usage({
    description: 'Remove a connection and destroy its credential',
    examples: [['', 'skillett connections remove conn_abc123 --yes']],
  })

  id = Option.String()
  yes = Option.Boolean('--yes', false, { description: 'agree to it' })

  override async execute(): Promise<number> {
    const id = checkId(this.id, 'skillett connections remove')
    this.confirm(this.yes, `Remove ${id} and destroy its credential?`, ['connections', 'remove', id])
    const body = await this.request({ method: 'DELETE', path: `/v1/connections/${id}` })
    return body.length > 0 ? this.print(body) : this.printObject({ removed: id })
  }
}

export class ConfigServiceCommand extends GatewayCommand {
  static override paths = [['connections', 'config']]
  static override usage = Command.Usage({
    description: 'Say which connection a script means by a service',
    details:
      'NAME is the account of a connection, or its id. Without SERVICE and NAME the present choices are listed.',
    examples: [
      ['The work account', 'skillett connections config gmail work'],
      [
        'A name of your own, kept for ten minutes',
        'skillett connections config mail conn_abc123 --cache 10m',
      ],
    ],
  })

  service = Option.String({ required: false })
  connection = Option.String({ required: false })
  integration = Option.String('--integration', { description: 'where the service has a name of your own' })
  identifier = Option.String('--identifier', {
    description: 'whose account, for products that serve many people',
  })
  cache = Option.String('--cache', {
    description: 'how long a script may keep a token: 10m, 1h (default: ask each time)',
  })

  override async execute(): Promise<number> {
    if (this.service === undefined)
      return this.print(await this.request({ method: 'GET', path: '/v1/services' }))
    if (this.connection === undefined)
      throw usage('a service needs the name of a connection', 'skillett connections config')
    const cacheMs = this.cache === undefined ? undefined : readDuration(this.cache)
    if (this.cache !== undefined && cacheMs === undefined)
      throw usage('--cache must be a time such as 10m or 1h', 'skillett connections config')
    const choice = {
      service: this.service,
      connection: this.connection,
      integration: this.integration,
      identifier: this.identifier,
      cache_seconds: cacheMs === undefined ? undefined : Math.floor(cacheMs / 1000),
    }
    const body = JSON.stringify({ services: [choice] })
    return this.print(await this.request({ method: 'POST', path: '/v1/services', body }))
  }
}

function view({ connections }: { connections: Row[] }, context: Context) {
  printTable(
    connections,
    [
      ['ID', ({ id }) => id],
      ['INTEGRATION', ({ integration }) => integration],
      ['ACCOUNT', ({ account }) => account],
      ['STATUS', ({ status }) => status],
      ['IDENTITY', ({ identity }) => identity],
      ['SINCE', ({ created_at }) => created_at],
    ],
    context,
  )
}
