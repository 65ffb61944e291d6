/** The pages of `skillett run`: its own help, one endpoint's help and schema, and what to do when a name is missing. */

import type { Context } from './context.ts'
import { showEndpoint } from './endpoint-page.ts'
import { checkName, fetchTable, readPackaged } from './endpoint-table.ts'
import { usage } from './failure.ts'
import { findGateway } from './gateway.ts'
import { findPage, type CommandTree } from './help-page.ts'
import { findNames } from './words.ts'

/** `words` are those after "run". */
export async function showRunPage(words: string[], tree: CommandTree, context: Context): Promise<number> {
  const { names, flags } = findNames(words)
  const [integration, endpoint] = names
  if (integration === undefined && flags.some(({ name }) => name === 'help')) {
    context.write('stdout', findPage(tree, ['run']))
    return 0
  }
  if (integration === undefined || endpoint === undefined) {
    const missing = integration === undefined ? 'an integration and an endpoint are' : 'an endpoint is'
    const command = ['skillett', 'skills', ...(integration === undefined ? [] : [integration])].join(' ')
    throw usage(`${missing} missing`, 'skillett run', {
      next: [{ command, why: 'lists what there is to run' }],
    })
  }
  checkName('integration', integration)
  checkName('endpoint', endpoint)
  const table =
    readPackaged(context.root, integration, endpoint) ??
    (await fetchTable(findGateway(context), integration, endpoint))
  return showEndpoint(
    table,
    flags.some(({ name }) => name === 'schema'),
    context,
  )
}
