/** `mcp.json`: one tool definition an endpoint, in the form of the Model Context Protocol. */
import type { LinkedSkill } from '../link.ts'
import { toolNameOf } from '../link-endpoint.ts'
import type { Endpoint } from '../manifest.ts'
import { json } from './index-json.ts'

export function emitMcp(skills: readonly LinkedSkill[]): string {
  return json({ tools: skills.flatMap(({ endpoints }) => endpoints.map(toolOf)) })
}

function toolOf(endpoint: Endpoint): object {
  const { title, description, annotations, input } = endpoint
  const { $schema: _, ...inputSchema } = input
  return {
    name: toolNameOf(endpoint),
    title,
    description,
    inputSchema,
    annotations: {
      title,
      readOnlyHint: annotations.read_only,
      destructiveHint: annotations.destructive,
      idempotentHint: annotations.idempotent,
      openWorldHint: annotations.open_world,
    },
  }
}
