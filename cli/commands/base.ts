/** What the commands that talk to the gateway have in common. */

import { Command, type BaseContext } from 'clipanion'
import { ask, type Question } from '../client.ts'
import { askPerson, quoteWords } from '../confirmation.ts'
import { exit, type Context } from '../context.ts'
import { failure, printFailure, usage } from '../failure.ts'
import { findGateway } from '../gateway.ts'
import type { CommandTree } from '../help-page.ts'
import { printBody, takeBody } from '../output.ts'

export interface ProgramContext extends BaseContext {
  outside: Context
  tree: CommandTree
}

const deadline = 60_000

export abstract class GatewayCommand extends Command<ProgramContext> {
  /** The body of a good answer; every other answer is thrown as the failure it means. */
  protected async request(question: Omit<Question, 'deadline'>, integration?: string): Promise<Buffer> {
    const { outside } = this.context
    const gateway = findGateway(outside)
    const readOnly = question.method === 'GET'
    outside.onInterrupt((code) => {
      const interrupted = failure(
        'interrupted',
        {},
        { exit: code, ...(readOnly ? { outcome: 'not_sent' } : {}) },
      )
      outside.write('stderr', printFailure(interrupted, outside.isTerminal('stderr')).text)
      exit(code)
    })
    const answer = await ask(gateway, { ...question, deadline })
    return takeBody(answer, { readOnly, ...(integration === undefined ? {} : { integration }) })
  }

  /** The bytes of the answer for programs; for a person at a terminal the view, when there is one. */
  protected print(body: Buffer, view?: (document: never, context: Context) => void): number {
    const { outside } = this.context
    if (view && outside.isTerminal('stdout')) view(JSON.parse(body.toString()) as never, outside)
    else printBody(body, outside)
    return 0
  }

  protected printObject(document: Record<string, unknown>): number {
    printBody(Buffer.from(JSON.stringify(document)), this.context.outside)
    return 0
  }

  /** Returns when a person has agreed, with `--yes` or at the terminal; fails with `confirmation_required` otherwise. */
  protected confirm(yes: boolean, question: string, words: string[]) {
    if (yes || askPerson(question, this.context.outside)) return
    const command = quoteWords(['skillett', ...words, '--yes'])
    throw failure(
      'confirmation_required',
      {},
      { next: [{ command, why: 'does it, once a person has agreed' }] },
    )
  }
}

/** Identifiers go into paths: nothing but letters, digits, `_` and `-`. */
export function checkId(id: string, command: string): string {
  if (/^[A-Za-z0-9_-]{1,128}$/.test(id)) return id
  throw usage(`${JSON.stringify(id.slice(0, 80))} is not an id`, command)
}
