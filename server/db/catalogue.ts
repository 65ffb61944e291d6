/**
 * The catalogue's copy in the database: for full-text search and for people who read tables. Written at start,
 * one integration at a time, and only where its digest changed.
 */
import type { Integration } from '#manifest'
import type { SkillFile } from '../catalogue/catalogue.ts'
import type { Sql, Tx } from './sql.ts'

const lockId = 4050_0002

export interface CatalogueSource {
  name: string
  digest: string
  load(): { integration: Integration; files: SkillFile[] }
}

/** Makes the tables say what is served. Integrations that are gone are removed. */
export async function publishCatalogue(sql: Sql, sources: CatalogueSource[]): Promise<void> {
  const rows = await sql<{ slug: string; digest: string }[]>`select slug, digest from integrations`
  const present = new Map(rows.map((row) => [row.slug, row.digest]))
  const changed = sources.filter((source) => present.get(source.name) !== source.digest)
  const names = sources.map((source) => source.name)
  const gone = rows.some((row) => !names.includes(row.slug))
  if (changed.length === 0 && !gone) return
  await sql.begin(async (tx) => {
    // Gateways that start together publish one after the other.
    await tx`select pg_advisory_xact_lock(${lockId})`
    await tx`delete from integrations where slug <> all(${names}::text[])`
    for (const source of changed) await publish(tx, source)
  })
}

async function publish(tx: Tx, source: CatalogueSource): Promise<void> {
  const { integration, files } = source.load()
  const { name, title, description, version, digest } = integration
  await tx`delete from integrations where slug = ${name}`
  await tx`insert into integrations ${tx({ slug: name, title, description, version, digest })}`
  const routes = Object.entries(integration.endpoints).map(([endpoint, summary]) => ({
    integration: name,
    endpoint,
    group_name: summary.group,
    title: summary.title,
    description: summary.description,
    read_only: summary.read_only,
    destructive: summary.destructive,
  }))
  // A statement has at most 65,535 parameters.
  for (let i = 0; i < routes.length; i += 1000) await tx`insert into routes ${tx(routes.slice(i, i + 1000))}`
  for (const file of files) await tx`insert into skill_files ${tx({ integration: name, ...file })}`
}

export interface SearchHit {
  integration: string
  endpoint: string
  title: string
  description: string
}

/** Endpoints by relevance, at most `limit`. Any text is a query: PostgreSQL's web search syntax. */
export function searchRoutes(
  sql: Sql,
  query: string,
  integration: string | null,
  limit: number,
): Promise<SearchHit[]> {
  return sql<SearchHit[]>`
    select integration, endpoint, title, description from routes, websearch_to_tsquery('english', ${query}) q
    where search @@ q and (${integration}::text is null or integration = ${integration})
    order by ts_rank(search, q) desc, integration, endpoint limit ${limit}`
}
