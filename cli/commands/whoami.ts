/** `skillett whoami`: whose key this is, what it may do and how much of the plan is used. Never the key itself. */

import { Command } from 'clipanion'
import type { Context } from '../context.ts'
import { printRecord, type Row } from '../terminal-view.ts'
import { GatewayCommand } from './base.ts'

export class WhoamiCommand extends GatewayCommand {
  static override paths = [['whoami']]
  static override usage = Command.Usage({
    description: 'Show whose key is used, what it may do and what is left of the plan',
    examples: [['Check that the key works', 'skillett whoami']],
  })

  override async execute(): Promise<number> {
    return this.print(await this.request({ method: 'GET', path: '/v1/whoami' }), view)
  }
}

function view({ email, plan, key = {}, usage = {} }: Row & { key?: Row; usage?: Row }, context: Context) {
  printRecord(
    {
      email,
      plan,
      key: `${key['name'] ?? ''} (${key['key_prefix'] ?? ''}…)`,
      scopes: key['scopes'],
      'read only': key['read_only'],
      expires: key['expires_at'] ?? 'never',
      'calls today': `${usage['calls_today'] ?? '?'} of ${usage['daily_limit'] ?? 'any number'}`,
    },
    context,
  )
}
