/** `skillett calls`: the audit log of this profile, newest first. */

import { Command, Option } from 'clipanion'
import type { Context } from '../context.ts'
import { usage } from '../failure.ts'
import { printTable, type Row } from '../terminal-view.ts'
import { GatewayCommand } from './base.ts'

export class CallsCommand extends GatewayCommand {
  static override paths = [['calls'], ['calls', 'list']]
  static override usage = Command.Usage({
    description: 'Show the latest skill calls and what became of them',
    examples: [['The last ten', 'skillett calls --limit 10']],
  })

  limit = Option.String('--limit', { description: 'how many' })

  override async execute(): Promise<number> {
    const { limit } = this
    if (limit !== undefined && !/^[1-9]\d{0,3}$/.test(limit))
      throw usage('--limit must be a whole number', 'skillett calls')
    const path = limit === undefined ? '/v1/calls' : `/v1/calls?limit=${limit}`
    return this.print(await this.request({ method: 'GET', path }), view)
  }
}

function view({ calls }: { calls: Row[] }, context: Context) {
  printTable(
    calls,
    [
      ['TIME', ({ started_at }) => started_at],
      ['CALL', ({ integration, endpoint }) => `${integration} ${endpoint}`],
      ['ACCOUNT', ({ account }) => account],
      ['OUTCOME', ({ outcome, error }) => error ?? outcome],
      ['STATUS', ({ upstream_status }) => upstream_status],
      ['MS', ({ duration_ms }) => duration_ms],
      ['ID', ({ id }) => id],
    ],
    context,
  )
}
