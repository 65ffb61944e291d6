/**
 * A process that holds the embedded PostgreSQL of a home, for tests that kill it: prints one line of JSON
 * when it is up, then waits for its standard input to end and stops.
 *   node --import tsx embedded-process.ts <embedded.ts> <home> <path>
 */
import { pathToFileURL } from 'node:url'
import type * as embedded from '../../server/db/embedded.ts'

const [file = '', home = '', path = ''] = process.argv.slice(2)
const { startEmbedded } = (await import(pathToFileURL(file).href)) as typeof embedded
const began = performance.now()
const log: string[] = []
const server = await startEmbedded({ home, path, log: (line) => log.push(line) })
console.log(JSON.stringify({ url: server.url, log, ms: Math.round(performance.now() - began) }))
process.stdin.resume()
process.stdin.once('end', () => void server.stop())
