/**
 * An upstream that answers every request with the same 2 kB of JSON, without parsing more than it must.
 * A process of its own; prints its port.
 */
import { createServer, type AddressInfo } from 'node:net'

const item = { id: 1, number: 7, title: 'A bug in the parser', state: 'open', labels: ['bug', 'urgent'] }
const body = JSON.stringify({ items: Array.from({ length: 24 }, (_, i) => ({ ...item, id: i })) })
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
)

const server = createServer((socket) => {
  socket.setNoDelay(true)
  // The bodies of the requests are small and come with their heads.
  socket.on('data', () => socket.write(answer))
  socket.on('error', () => socket.destroy())
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
