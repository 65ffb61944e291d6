/** `skillett logout`: ends this machine's key on the gateway, then forgets it here, which works offline too. */

import { Command, Option } from 'clipanion'
import { findKeyless, keyless } from '../gateway.ts'
import { findKept, forgetKey, listKept } from '../kept-keys.ts'
import { GatewayCommand } from './base.ts'
import { revoke, warnOfVariable } from './login.ts'

export class LogoutCommand extends GatewayCommand {
  static override paths = [['logout']]
  static override usage = Command.Usage({
    description: 'Sign out: revoke the key of this machine and forget it',
    examples: [
      ['', 'skillett logout'],
      ['From every gateway that you signed in to', 'skillett logout --all'],
    ],
  })

  all = Option.Boolean('--all', false, { description: 'every gateway that a key is kept for' })

  override async execute(): Promise<number> {
    const { outside } = this.context
    const kept = listKept(outside)
    const wanted = this.all ? kept : kept.filter((url) => url === findKeyless(outside).url)
    const signedOut = []
    for (const url of wanted) {
      const key = findKept(url, outside)
      const revoked = key !== undefined && (await revoke(keyless(url), key))
      if (!revoked)
        outside.write('stderr', `The key was not revoked at ${url}; revoke it on its page of keys.\n`)
      forgetKey(url, outside)
      signedOut.push({ api_url: url, revoked })
    }
    warnOfVariable(outside)
    return this.printObject({ signed_out: signedOut })
  }
}
