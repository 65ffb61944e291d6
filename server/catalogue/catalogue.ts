/**
 * The compiled skills that this gateway serves. Only the index is read at start; an integration, an endpoint and
 * its validator are read when first called, and kept.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Endpoint, Index, IndexEntry, Integration } from '#manifest'
import { prepareRequest, type Build } from '../request/build.ts'
import { loadValidator, type Validate } from './validator.ts'

/** One endpoint, ready to be called. */
export interface Operation {
  integration: Integration
  endpoint: Endpoint
  validate: Validate
  build: Build
}

export interface SkillFile {
  file_path: string
  content: string
}

/** Compiled folders by integration name, as `layer` gives them. */
export type Folders = ReadonlyMap<string, { folder: string; entry: IndexEntry }>

export interface Catalogue {
  /** Sorted by name. */
  integrations(): ReadonlyMap<string, IndexEntry>
  integration(name: string): Integration | undefined
  operation(integration: string, endpoint: string): Operation | undefined
  /** The exported Agent Skill of an integration. */
  skillFiles(integration: string): SkillFile[]
  /** Serves other folders from here on. Calls under way keep what they began with. */
  replace(folders: Folders): void
}

export function openCatalogue(first: Folders): Catalogue {
  let folders = first
  const integrations = new Map<string, Integration>()
  const operations = new Map<string, Operation>()

  const integration = (name: string): Integration | undefined => {
    const place = folders.get(name)
    if (place === undefined) return undefined
    let loaded = integrations.get(name)
    if (loaded === undefined) {
      loaded = readJson<Integration>(join(place.folder, 'integration.json'))
      integrations.set(name, loaded)
    }
    return loaded
  }
  return {
    integrations: () => new Map([...folders].map(([name, { entry }]) => [name, entry])),
    integration,
    operation(integrationName, endpointName) {
      const id = `${integrationName}/${endpointName}`
      const known = operations.get(id)
      if (known !== undefined) return known
      const owner = integration(integrationName)
      if (owner === undefined || !Object.hasOwn(owner.endpoints, endpointName)) return undefined
      const { folder } = folders.get(integrationName)!
      const endpoint = readJson<Endpoint>(join(folder, 'endpoints', `${endpointName}.json`))
      const operation = {
        integration: owner,
        endpoint,
        validate: loadValidator(join(folder, 'validators', `${endpointName}.cjs`)),
        build: prepareRequest(owner, endpoint),
      }
      operations.set(id, operation)
      return operation
    },
    skillFiles(name) {
      const place = folders.get(name)
      return place === undefined ? [] : readSkill(join(place.folder, `skillett-${name}`))
    },
    replace(others) {
      folders = others
      integrations.clear()
      operations.clear()
    },
  }
}

/**
 * Lays compiled folders over each other: an integration of a later one replaces that of an earlier one.
 * @throws Error when a folder was written by another version of the compiler
 */
export function layer(compiled: string[]): Folders {
  const found = compiled.flatMap((folder) => {
    const index = readJson<Index>(join(folder, 'index.json'))
    if (index.format !== 1)
      throw new Error(`${folder} has format ${index.format}; this gateway reads format 1`)
    return Object.entries(index.integrations).map(
      ([name, entry]) => [name, { folder: join(folder, name), entry }] as const,
    )
  })
  return new Map([...new Map(found)].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T
}

function readSkill(folder: string): SkillFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({
      file_path: file.slice(folder.length + 1).replaceAll('\\', '/'),
      content: readFileSync(file, 'utf8'),
    }))
}
