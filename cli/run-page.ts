/** `skillett run` with a name missing: its page of help, or the endpoints of the integration that was named. */

import type { Context } from './context.ts'
import { usage } from './failure.ts'
import { runProgram } from './program.ts'

export async function showRunPage(
  integration: string | undefined,
  asksForHelp: boolean,
  context: Context,
): Promise<number> {
  if (!asksForHelp) {
    const missing = integration === undefined ? 'an integration and an endpoint are' : 'an endpoint is'
    throw usage(`${missing} missing`, 'skillett run', {
      next: [{ command: `skillett skills ${integration ?? ''}`.trim(), why: 'lists what there is to run' }],
    })
  }
  return runProgram(integration === undefined ? ['help', 'run'] : ['skills', integration], context)
}
