/**
 * The process in which one of emulate's services runs, strict about tokens (github-strict.mjs). Its parent sends
 * `{service, seed}`, then `forget` to make every access token worthless; it answers with the origin, then with
 * `forgotten`. It ends with its parent, however that ends.
 */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createEmulator } from 'emulate'

process.once('disconnect', () => process.exit())
process.on('SIGINT', () => {})

const [{ service, seed }] = await once(process, 'message')
const port = await findPort()
const origin = `http://127.0.0.1:${port}`
await createEmulator({ service, port, baseUrl: origin, seed })
if (globalThis.emulatedTokens === undefined) throw new Error('emulate runs without github-strict.mjs')
process.on('message', () => {
  globalThis.emulatedTokens.clear()
  process.send('forgotten')
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
