/** `skillett skills`: what can be called, in three levels of detail, as the gateway knows it. */

import { Command, Option } from 'clipanion'
import { checkName, fetchTable } from '../endpoint-table.ts'
import { showEndpoint } from '../endpoint-page.ts'
import { usage } from '../failure.ts'
import { findGateway } from '../gateway.ts'
import { printTable, showText, type Row } from '../terminal-view.ts'
import type { Context } from '../context.ts'
import { GatewayCommand } from './base.ts'

export class SkillsCommand extends GatewayCommand {
  static override paths = [['skills']]
  static override usage = Command.Usage({
    description: 'List integrations, the endpoints of one, or all about one endpoint',
    examples: [
      ['All integrations', 'skillett skills'],
      ['The endpoints of one', 'skillett skills github'],
      ['Parameters, examples and notes of an endpoint', 'skillett skills github create_issue'],
      ['Find an endpoint by what it does', 'skillett skills --search "open an issue"'],
    ],
  })

  integration = Option.String({ required: false })
  endpoint = Option.String({ required: false })
  search = Option.String('--search', { description: 'only what matches these words' })
  schema = Option.Boolean('--schema', false, { description: 'input and output schema of the endpoint' })

  override async execute(): Promise<number> {
    const { integration, endpoint, search, schema } = this
    if (integration !== undefined) checkName('integration', integration)
    if (endpoint !== undefined) checkName('endpoint', endpoint)
    if (schema && endpoint === undefined)
      throw usage('--schema needs an integration and an endpoint', 'skillett skills')
    if (schema) {
      const { outside } = this.context
      const table = await fetchTable(findGateway(outside), integration!, endpoint!)
      return showEndpoint(table, true, outside)
    }
    const path = ['/v1/skills', integration, endpoint].filter((name) => name !== undefined).join('/')
    const query = search === undefined ? '' : `?q=${encodeURIComponent(search)}`
    const body = await this.request({ method: 'GET', path: path + query }, integration)
    return this.print(
      body,
      integration === undefined ? viewIntegrations : endpoint === undefined ? viewIntegration : viewEndpoint,
    )
  }
}

function viewIntegrations({ integrations }: { integrations: Row[] }, context: Context) {
  printTable(
    integrations,
    [
      ['INTEGRATION', ({ name }) => name],
      ['CONNECTED', ({ connected, accounts }) => (connected ? (accounts ?? true) : false)],
      ['ENDPOINTS', ({ endpoints }) => endpoints],
      ['DESCRIPTION', ({ description }) => description],
    ],
    context,
  )
}

function viewIntegration(skill: Row & { endpoints: Row[] }, context: Context) {
  context.write('stdout', showText(`${skill['title']}\n${skill['description']}\n\n`))
  printTable(
    skill.endpoints,
    [
      ['ENDPOINT', ({ name }) => name],
      ['GROUP', ({ group }) => group],
      [
        'KIND',
        ({ read_only, destructive }) => (read_only ? 'reads' : destructive ? 'destructive' : 'writes'),
      ],
      ['DESCRIPTION', ({ description, title }) => description ?? title],
    ],
    context,
  )
}

function viewEndpoint(table: Parameters<typeof showEndpoint>[0], context: Context) {
  showEndpoint(table, false, context)
}
