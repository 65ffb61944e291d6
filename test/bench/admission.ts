/**
 * Group commit on one hot key: the same statement, shared by those who wait, against one statement per request.
 * No HTTP: what is measured is how fast a durable row with a counted limit can be had.
 */
import { hashApiKey } from '../../server/credentials/api-key.ts'
import { makeAdmission, type Admission } from '../../server/db/admission.ts'
import { openDatabase } from '../../server/db/sql.ts'
import { newCallId } from '../../server/ids.ts'
import { makeKeys, type Ground } from './ground.ts'
import { median } from './process.ts'
import { table } from './table.ts'

const clients = 128
/** The embedded PostgreSQL takes 50. */
const poolSize = 40
const rounds = 5
const measureMs = 2000

export async function benchAdmission(ground: Ground): Promise<string> {
  const [key = ''] = await makeKeys(ground.sql, 1)
  const sql = openDatabase(ground.databaseUrl, poolSize)
  const shared = makeAdmission(sql)
  // An admission of one's own never has company: each call is a statement.
  const alone = Array.from({ length: clients }, () => makeAdmission(sql))
  const variants: [string, (client: number) => Admission][] = [
    ['a statement per request', (client) => alone[client]!],
    ['group commit', () => shared],
  ]
  const rates = new Map<string, number[]>(variants.map(([name]) => [name, []]))
  for (let round = 0; round < rounds; round += 1)
    for (const [name, pick] of variants) rates.get(name)!.push(await rate(pick, hashApiKey(key)))
  await sql.end()
  const base = median(rates.get(variants[0]![0])!)
  const rows = [...rates].map(([name, list]) => {
    const value = median(list)
    return [name, String(Math.round(value)), (value / base).toFixed(1)]
  })
  return `Admission: ${clients} clients on one key, ${rounds} rounds\n${table(['variant', 'admitted/s', 'ratio'], rows)}`
}

async function rate(pick: (client: number) => Admission, keyHash: string): Promise<number> {
  const asker = {
    keyHash,
    integration: 'github',
    account: null,
    identifier: '',
    writes: true,
    needsConnection: true,
  }
  let admitted = 0
  const end = performance.now() + measureMs
  const work = async (client: number): Promise<void> => {
    while (performance.now() < end) {
      // A statement of its own may wait for the row longer than admission waits; that call is refused.
      const answer = await pick(client)
        .admit(asker, { id: newCallId(), endpoint: 'create_issue' })
        .catch(() => undefined)
      if (answer !== undefined && answer.refusal !== null) throw new Error(answer.refusal)
      admitted += answer === undefined ? 0 : 1
    }
  }
  await Promise.all(Array.from({ length: clients }, (_, client) => work(client)))
  return admitted / (measureMs / 1000)
}
