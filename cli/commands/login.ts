/**
 * `skillett login`: a person approves in a browser, and this machine gets a key of its own. At a terminal it waits;
 * for an agent it takes two steps, so that nothing blocks: the first prints a link and ends, the second waits.
 */

import { Command, Option } from 'clipanion'
import { openPage } from '../browser.ts'
import { ask } from '../client.ts'
import { exit, type Context } from '../context.ts'
import { awaitLogin, startLogin, type SignedIn, type Started } from '../device-login.ts'
import { failure, printFailure } from '../failure.ts'
import { findKeyless, keyless, type Gateway } from '../gateway.ts'
import { findKept, keepKey } from '../kept-keys.ts'
import { readPending, removePending, savePending } from '../pending-login.ts'
import { installPointer } from '../pointer-skill.ts'
import { showText } from '../terminal-view.ts'
import { GatewayCommand } from './base.ts'

export class LoginCommand extends GatewayCommand {
  static override paths = [['login']]
  static override usage = Command.Usage({
    description: 'Sign in: a person approves in a browser, and this machine gets a key of its own',
    details:
      'The key goes into the keychain of the system, or into a file that only you can read, and is never printed. Without a terminal, and with --no-wait, the command prints a link for the person and ends with exit code 8; --resume waits for the decision.',
    examples: [
      ['At a terminal', 'skillett login'],
      ['For an agent: print a link and end', 'skillett login --no-wait'],
      ['Then wait until a person has decided', 'skillett login --resume lg_0123456789abcdef'],
    ],
  })

  noWait = Option.Boolean('--no-wait', false, { description: 'print the link and the code as JSON and end' })
  resume = Option.String('--resume', { description: 'wait for a sign-in that was begun before' })
  device = Option.Boolean('--device', false, { description: 'do not open a browser here' })

  override async execute(): Promise<number> {
    const { outside } = this.context
    outside.onInterrupt((code) => {
      const interrupted = failure('interrupted', {}, { exit: code, outcome: 'not_sent' })
      outside.write('stderr', printFailure(interrupted, outside.isTerminal('stderr')).text)
      exit(code)
    })
    if (this.resume !== undefined) return this.goOn(this.resume)
    const gateway = findKeyless(outside)
    const started = await startLogin(gateway, outside)
    if (this.noWait || !outside.isTerminal('stdin')) return this.hand(started, gateway)
    this.show(started)
    const until = Date.now() + started.expires_in * 1000
    return this.finish(gateway, await awaitLogin(gateway, started, until))
  }

  async goOn(id: string): Promise<number> {
    const { outside } = this.context
    const pending = readPending(id, outside)
    const gateway = keyless(pending.url)
    const signedIn = await awaitLogin(gateway, pending, pending.until).finally(() =>
      removePending(id, outside),
    )
    return this.finish(gateway, signedIn)
  }

  /** The person's part, as data, and the command that goes on. */
  hand(started: Started, { url }: Gateway): number {
    const { verification_uri, verification_uri_complete, user_code, expires_in, interval } = started
    const login_id = savePending(started, url, this.context.outside)
    this.printObject({
      status: 'pending',
      verification_uri,
      verification_uri_complete,
      user_code,
      expires_in,
      interval,
      login_id,
      next: [
        {
          command: `skillett login --resume ${login_id}`,
          why: 'waits, once a person has the link and the code',
        },
      ],
    })
    return failure('approval_required').details.exit!
  }

  show({ verification_uri, verification_uri_complete, user_code }: Started) {
    const { outside } = this.context
    const opened = !this.device && openPage(verification_uri_complete, outside)
    const lines = [
      opened ? 'A browser is opening. If it does not, open:' : 'Open in a browser:',
      `\n  ${verification_uri_complete}\n`,
      `or ${verification_uri} and type the code. It must show:\n`,
      `  ${user_code}\n`,
      'Waiting for your decision there; Ctrl-C ends it.',
    ]
    outside.write('stderr', `${showText(lines.join('\n'))}\n`)
  }

  async finish(gateway: Gateway, signedIn: SignedIn): Promise<number> {
    const { outside } = this.context
    const before = findKept(gateway.url, outside)
    const { stored, file } = keepKey(gateway.url, signedIn.access_token, outside)
    if (stored === 'file')
      outside.write('stderr', `There is no keychain here: the key is in ${file}, which only you can read.\n`)
    if (before !== undefined) await revoke(gateway, before)
    warnOfVariable(outside)
    return this.printObject({
      status: 'signed_in',
      email: signedIn.user.email,
      api_url: gateway.url,
      key: signedIn.api_key.name,
      stored,
      skills: installPointer(outside),
    })
  }
}

/** Ends a key on the gateway. @returns whether the gateway said so */
export async function revoke(gateway: Gateway, token: string): Promise<boolean> {
  const body = JSON.stringify({ token, token_type_hint: 'access_token' })
  const question = { method: 'POST', path: '/auth/revoke', body, deadline: 10_000 } as const
  return ask(gateway, question).then(
    ({ status }) => status === 200,
    () => false,
  )
}

/** A variable goes before whatever was signed in for. */
export function warnOfVariable({ env, write }: Context) {
  if (env['SKILLETT_API_KEY'])
    write('stderr', 'SKILLETT_API_KEY is set and is used instead of what you signed in for.\n')
}
