/**
 * The process in which emulate's GitHub runs. Its parent sends the seed, then `revoke` to make every token
 * worthless; it answers with the origin, then with `revoked`. It ends with its parent, however that ends.
 */
import { createServer } from 'node:net'
import { once } from 'node:events'
import { createEmulator } from 'emulate'

process.once('disconnect', () => process.exit())
// Ctrl-C reaches the whole group of a terminal; the parent decides when it is over.
process.on('SIGINT', () => {})

const [seed] = await once(process, 'message')
const port = await findPort()
const origin = `http://127.0.0.1:${port}`
await createEmulator({ service: 'github', port, baseUrl: origin, seed })
await checkStrictness()
process.on('message', () => {
  globalThis.emulatedTokens.clear()
  process.send('revoked')
})
process.send(origin)

async function findPort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

async function checkStrictness() {
  if (globalThis.emulatedTokens === undefined) throw new Error('emulate runs without github-strict.mjs')
  const answer = await fetch(`${origin}/user`, { headers: { authorization: 'Bearer unknown' } })
  if (answer.status !== 401) throw new Error(`emulate answers ${answer.status} to an unknown token`)
}
