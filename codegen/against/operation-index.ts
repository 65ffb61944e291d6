/** The operations of several descriptions, found by the method and URL that a skill calls. */
import type { Api, Operation, Server } from '../import/api.ts'
import { isSameHost, matchPath, segmentsOf, type PathMatch, type Segment } from './path-match.ts'

export interface DescribedApi {
  /** As problems call it. */
  file: string
  api: Api
  /** The integration it was given for; its hosts do not matter then. */
  integration?: string
}

export interface Entry {
  source: DescribedApi
  operation: Operation
  host: string
  segments: Segment[]
}

export interface Called {
  method: string
  host: string
  path: string
}

export interface Found {
  entry: Entry
  match: PathMatch
}

interface Place {
  host: string
  path: string
}

/** Host and path of a URL that may hold `{variables}`. */
export function placeOf(url: string): Place | undefined {
  const parts = /^https?:\/\/([^/?#]+)([^?#]*)/i.exec(url)
  return parts ? { host: parts[1]!.replace(/:\d+$/, ''), path: parts[2]!.replace(/\/+$/, '') } : undefined
}

export class OperationIndex {
  readonly entries: Entry[] = []
  readonly sources: DescribedApi[]

  constructor(sources: DescribedApi[]) {
    this.sources = sources
    for (const source of sources) {
      const places = placesOf(source.api.servers)
      for (const operation of source.api.operations) {
        for (const { host, path } of operation.servers ? placesOf(operation.servers) : places) {
          const own = operation.path.split(/[?#]/)[0]!
          this.entries.push({ source, operation, host, segments: segmentsOf(path + own) })
        }
      }
    }
  }

  /** The descriptions that speak for this integration. */
  sourcesFor(integration: string, baseUrl: string): DescribedApi[] {
    const base = placeOf(baseUrl)
    return this.sources.filter((source) => {
      if (source.integration !== undefined) return source.integration === integration
      return placesOf(source.api.servers).some(
        ({ host, path }) =>
          base && isSameHost(host, base.host) && isNested(segmentsOf(path), segmentsOf(base.path)),
      )
    })
  }

  /** The operations at this path, whatever their method; the most literal path first. */
  atPath(called: Called, sources: readonly DescribedApi[]): Found[] {
    const written = segmentsOf(called.path)
    const found: Found[] = []
    for (const entry of this.entries) {
      if (!sources.includes(entry.source)) continue
      if (entry.source.integration === undefined && !isSameHost(entry.host, called.host)) continue
      const match = matchPath(entry.segments, written)
      if (match) found.push({ entry, match })
    }
    const best = Math.max(...found.map(({ match }) => match.score))
    return found.filter(({ match }) => match.score === best)
  }
}

function placesOf(servers: readonly Server[]): Place[] {
  const places = servers.flatMap(({ url }) => placeOf(url) ?? [])
  return places.length > 0 ? places : [{ host: '', path: '' }]
}

/** Whether one path begins with the other. */
function isNested(a: readonly Segment[], b: readonly Segment[]): boolean {
  const [shorter, longer] = a.length < b.length ? [a, b] : [b, a]
  return shorter.every(({ text, shape }, index) => text === longer[index]?.text || shape.includes('{'))
}
