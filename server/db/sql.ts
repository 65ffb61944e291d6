/**
 * The connection to PostgreSQL. Only the files of this folder see the driver.
 */
import postgres from 'postgres'

export type Sql = postgres.Sql

/** Transaction handle, for queries that must share one. */
export type Tx = postgres.TransactionSql

/**
 * Opens a pool. Nothing is sent until the first query.
 * Behind a pooler that cannot keep prepared statements, `?prepare=false` in the URL turns them off.
 * @param max connections at most
 */
export function openDatabase(url: string, max: number): Sql {
  return postgres(url, {
    max,
    idle_timeout: 0,
    connect_timeout: 5,
    onnotice: () => {},
    connection: { application_name: 'skillett' },
  })
}

/** The SQLSTATE of a PostgreSQL error, or undefined for any other error. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof postgres.PostgresError ? error.code : undefined
}

/** The database did not answer in time. */
export class DeadlinePassed extends Error {}

/**
 * The query's result, or an error once the deadline has passed; the query is then cancelled, and rolled back
 * unless its commit had already happened.
 */
export function withDeadline<Rows extends readonly postgres.MaybeRow[]>(
  query: postgres.PendingQuery<Rows>,
  ms: number,
): Promise<postgres.RowList<Rows>> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      query.cancel()
      reject(new DeadlinePassed(`the database did not answer within ${ms} ms`))
    }, ms)
  })
  return Promise.race([query, late]).finally(() => clearTimeout(timer))
}
