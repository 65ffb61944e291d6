/** `skillett keys`: the API keys of this profile. A key is shown once, when it is made. */

import { Command, Option } from 'clipanion'
import type { Context } from '../context.ts'
import { readDuration } from '../duration.ts'
import { usage } from '../failure.ts'
import { printTable, type Row } from '../terminal-view.ts'
import { checkId, GatewayCommand } from './base.ts'

export class KeysCommand extends GatewayCommand {
  static override paths = [['keys'], ['keys', 'list']]
  static override usage = Command.Usage({
    description: 'List the API keys',
    examples: [['All of them', 'skillett keys']],
  })

  override async execute(): Promise<number> {
    return this.print(await this.request({ method: 'GET', path: '/api-keys' }), view)
  }
}

export class CreateKeyCommand extends GatewayCommand {
  static override paths = [['keys', 'create']]
  static override usage = Command.Usage({
    description: 'Make an API key and show it, once',
    examples: [
      ['For one integration, for a month', 'skillett keys create --name ci --scopes github --expires 30d'],
      ['That can only read', 'skillett keys create --name reports --read-only'],
      ['For a script that must hold tokens', 'skillett keys create --name sync --scopes gmail --tokens'],
    ],
  })

  name = Option.String('--name', { required: true, description: 'what it is for' })
  scopes = Option.String('--scopes', {
    description: 'the integrations it may use: github,gmail (default: all)',
  })
  readOnly = Option.Boolean('--read-only', false, { description: 'only endpoints that read' })
  tokens = Option.Boolean('--tokens', false, {
    description: 'may be given the tokens of connections: skillett token',
  })
  expires = Option.String('--expires', {
    description: 'how long it works: 12h, 30d (default: until revoked)',
  })

  override async execute(): Promise<number> {
    const lifetime = this.expires === undefined ? undefined : readDuration(this.expires)
    if (this.expires !== undefined && lifetime === undefined) {
      throw usage('--expires must be a time such as 12h or 30d', 'skillett keys create')
    }
    const body = JSON.stringify({
      name: this.name,
      scopes: this.scopes?.split(',').map((scope) => scope.trim()),
      read_only: this.readOnly || undefined,
      tokens: this.tokens || undefined,
      expires_at: lifetime === undefined ? undefined : new Date(Date.now() + lifetime).toISOString(),
    })
    return this.print(await this.request({ method: 'POST', path: '/api-keys', body }))
  }
}

export class RevokeKeyCommand extends GatewayCommand {
  static override paths = [['keys', 'revoke']]
  static override usage = Command.Usage({
    description: 'Revoke an API key, at once and for good',
    examples: [['', 'skillett keys revoke key_abc123 --yes']],
  })

  id = Option.String()
  yes = Option.Boolean('--yes', false, { description: 'agree to it' })

  override async execute(): Promise<number> {
    const id = checkId(this.id, 'skillett keys revoke')
    this.confirm(this.yes, `Revoke ${id}?`, ['keys', 'revoke', id])
    const body = await this.request({ method: 'DELETE', path: `/api-keys/${id}` })
    return body.length > 0 ? this.print(body) : this.printObject({ revoked: id })
  }
}

function view(keys: Row[], context: Context) {
  printTable(
    keys,
    [
      ['ID', ({ id }) => id],
      ['NAME', ({ name }) => name],
      ['KEY', ({ key_prefix }) => `${key_prefix}…`],
      ['SCOPES', ({ scopes }) => scopes],
      ['READ ONLY', ({ read_only }) => read_only],
      ['TOKENS', ({ tokens }) => tokens],
      ['EXPIRES', ({ expires_at, revoked_at }) => (revoked_at ? 'revoked' : (expires_at ?? 'never'))],
      ['LAST USED', ({ last_used_at }) => last_used_at],
    ],
    context,
  )
}
