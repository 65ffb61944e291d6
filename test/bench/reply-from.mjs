/**
 * The yardstick: a bare Fastify pass-through by @fastify/reply-from. It checks nothing and records nothing.
 *   node reply-from.mjs <upstream origin>      prints its port
 */
import fastify from 'fastify'
import replyFrom from '@fastify/reply-from'

const app = fastify({ logger: false })
app.register(replyFrom, { base: process.argv[2], undici: { connections: 256, pipelining: 1 } })
app.removeAllContentTypeParsers()
app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
app.post('/*', (_request, reply) => reply.from('/repos/acme/app/issues'))
await app.listen({ port: 0, host: '127.0.0.1' })
console.log(app.server.address().port)
