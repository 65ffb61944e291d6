/** Alive and ready: for process managers and load balancers. */
import type { FastifyInstance } from 'fastify'
import type { Gateway } from '../app.ts'
import { isReachable } from '../db/ready.ts'

export function healthRoutes(app: FastifyInstance, { sql }: Gateway): void {
  app.get('/healthz', () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const ready = await isReachable(sql)
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'unavailable', database: ready })
  })
}
