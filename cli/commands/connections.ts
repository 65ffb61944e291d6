/** `skillett connections`: the accounts that this profile has connected. */

import { Command, Option } from 'clipanion'
import type { Context } from '../context.ts'
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
