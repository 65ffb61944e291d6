/** `--against FILE`, `--against NAME=FILE`, `--against FOLDER` → descriptions to hold skills against. */
import { readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isMap, own } from '../import/api.ts'
import { parseDescription, readText, type Read } from '../import/description-file.ts'
import { readDiscovery } from '../import/discovery.ts'
import { readOpenapi } from '../import/openapi.ts'
import { loadGraphql, type DescribedGraphql } from './compare-graphql.ts'
import type { DescribedApi } from './operation-index.ts'

export interface Descriptions {
  apis: DescribedApi[]
  graphql: DescribedGraphql[]
  /** Named one by one, and not found in a folder: each has to speak for some integration. */
  named: Set<string>
}

const extensions = /\.(json|ya?ml|graphql|gql)(\.gz)?$/
const graphqlFile = /\.(graphql|gql)(\.gz)?$/

/** Stops at the first one that cannot be read. */
export async function readDescriptions(values: readonly string[]): Promise<Read<Descriptions>> {
  const descriptions: Descriptions = { apis: [], graphql: [], named: new Set() }
  for (const value of values) {
    const [, integration, path = ''] = /^(?:([a-z][a-z0-9-]*)=)?(.+)$/s.exec(value) ?? []
    const files = filesIn(path)
    if (!files) descriptions.named.add(path)
    for (const file of files ?? [path]) {
      const reason = await addFile(descriptions, file, integration)
      if (reason !== undefined) return { reason: `${file}: ${reason}` }
    }
  }
  return { value: descriptions }
}

function filesIn(path: string): string[] | undefined {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return undefined
  return readdirSync(path)
    .filter((name) => extensions.test(name))
    .sort()
    .map((name) => join(path, name))
}

/** The reason why it cannot be used. */
async function addFile(
  descriptions: Descriptions,
  file: string,
  integration: string | undefined,
): Promise<string | undefined> {
  const text = readText(file)
  if ('reason' in text) return text.reason
  if (graphqlFile.test(file)) return addGraphql(descriptions, file, integration, text.value)
  const data = parseDescription(text.value)
  if ('reason' in data) return data.reason
  const isDiscovery = isMap(data.value) && typeof own(data.value, 'discoveryVersion') === 'string'
  const api = isDiscovery ? readDiscovery(data.value) : readOpenapi(data.value)
  if ('reason' in api) return api.reason
  descriptions.apis.push({
    file: basename(file),
    api: api.value,
    ...(integration !== undefined && { integration }),
  })
  return undefined
}

/** A schema names no server: it speaks for the integration that it is given for, or is named after. */
async function addGraphql(
  descriptions: Descriptions,
  file: string,
  integration: string | undefined,
  text: string,
): Promise<string | undefined> {
  const graphql = await loadGraphql()
  if (!graphql) return 'GraphQL schemas are read by the package graphql; install it beside skillett'
  try {
    const schema = graphql.buildSchema(text, { assumeValid: true, noLocation: true })
    const name = integration ?? basename(file).replace(graphqlFile, '')
    descriptions.graphql.push({ file: basename(file), integration: name, schema, graphql })
    return undefined
  } catch (error) {
    return `it is no GraphQL schema: ${(error as Error).message.slice(0, 200)}`
  }
}
