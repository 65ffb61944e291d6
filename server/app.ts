/**
 * The HTTP application: Fastify with its hooks, its one error handler and the routes. It does not listen.
 */
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import type { Catalogue } from './catalogue/catalogue.ts'
import type { Vault } from './credentials/vault.ts'
import type { Admission } from './db/admission.ts'
import type { Outcomes } from './db/outcomes.ts'
import type { Sql } from './db/sql.ts'
import { errorBody, fault, Fault } from './fault.ts'
import { badRequest } from './http/input.ts'
import { newCallId } from './ids.ts'
import type { OAuthApps } from './oauth/apps.ts'
import type { Refresher } from './oauth/refresh.ts'
import type { Revoker } from './oauth/revoke.ts'
import type { Road } from './road.ts'
import { apiKeyRoutes } from './routes/api-keys.ts'
import { callLogRoutes } from './routes/call-log.ts'
import { callRoutes } from './routes/calls.ts'
import { connectRoutes } from './routes/connect.ts'
import { connectionRoutes } from './routes/connections.ts'
import { deviceRoutes } from './routes/device.ts'
import { healthRoutes } from './routes/health.ts'
import { serviceRoutes } from './routes/services.ts'
import { skillRoutes } from './routes/skills.ts'
import { tokenRoutes } from './routes/token.ts'
import { whoamiRoutes } from './routes/whoami.ts'
import type { SignInProvider } from './sign-in/oidc.ts'
import type { UnderWay } from './under-way.ts'
import type { OriginMap } from './upstream/target.ts'
import { accountPages } from './web/account.ts'
import { devicePages } from './web/device.ts'
import { callPages } from './web/calls.ts'
import { connectPages } from './web/connect.ts'
import { connectionPages } from './web/connections.ts'
import { keyPages } from './web/keys.ts'
import { assetRoutes } from './web/page.ts'
import { PageRefusal, prefersPage, sendRefusal } from './web/refusal.ts'
import { oidcPages } from './web/oidc.ts'
import { signInPages } from './web/sign-in.ts'

/** Everything a route may use. */
export interface Gateway {
  sql: Sql
  catalogue: Catalogue
  admission: Admission
  outcomes: Outcomes
  vault: Vault
  road: Road
  oauthApps: OAuthApps
  refresher: Refresher
  revoker: Revoker
  /** By integration; for addresses that a browser is sent to. */
  originMap: Readonly<Record<string, OriginMap>>
  /** Where people may sign in, beside here. */
  oidc: SignInProvider | null
  underWay: UnderWay
  /** How people reach the gateway; no trailing slash. */
  publicUrl: () => string
  /** Tells the operator what only they can mend. */
  warn: (message: string, details: Record<string, unknown>) => void
}

const bodyLimit = 1024 * 1024

export function buildApp(gateway: Gateway, logger: FastifyBaseLogger | false): FastifyInstance {
  const app = fastify({
    ...(logger === false ? { logger: false } : { loggerInstance: logger }),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    requestTimeout: 30_000,
    genReqId: newCallId,
    return503OnClosing: true,
  })
  // Bodies stay text until the caller is known: a wrong key is told before a wrong body.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => done(null, text))
  app.addHook('onSend', setHeaders)
  app.setErrorHandler(replyWithFault)
  app.setNotFoundHandler((request) => {
    throw fault('not_found', {
      fill: { resource: 'route', name: `${request.method} ${request.url.split('?')[0]}` },
    })
  })
  for (const routes of [
    healthRoutes,
    skillRoutes,
    callRoutes,
    connectRoutes,
    connectionRoutes,
    apiKeyRoutes,
    callLogRoutes,
    whoamiRoutes,
    tokenRoutes,
    serviceRoutes,
    deviceRoutes,
    assetRoutes,
    signInPages,
    oidcPages,
    devicePages,
    connectionPages,
    keyPages,
    callPages,
    accountPages,
    connectPages,
  ])
    routes(app, gateway)
  return app
}

/** Not for answers of calls: they go past this pipeline and bring their own (routes/calls.ts). */
function setHeaders(request: FastifyRequest, reply: FastifyReply, _body: unknown, done: () => void): void {
  reply.header('x-request-id', request.id)
  reply.header('x-content-type-options', 'nosniff')
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
  done()
}

/** What Fastify itself refuses, in the words of the catalogue. */
const framework: Record<string, () => Fault> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => badRequest(`the body is larger than ${bodyLimit} bytes`),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => badRequest('the body is not as long as its Content-Length says'),
}

/** Faults that the operator has to look into; the others are told to the caller and stand in the audit log. */
const ours = new Set<string>(['internal', 'audit_unavailable'])

function replyWithFault(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (error instanceof PageRefusal) return sendRefusal(reply, error, request.id)
  const problem = asFault(error)
  if (ours.has(problem.code))
    request.log.error({ err: problem.cause ?? error, code: problem.code }, problem.message)
  const wait = problem.details.retry_after_ms
  if (wait !== undefined) reply.header('retry-after', Math.ceil(wait / 1000))
  if (prefersPage(request)) return sendRefusal(reply, problem, request.id)
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer')
  reply.code(problem.status).type('application/json').send(errorBody(problem, request.id))
}

function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  const { code, statusCode } = error as { code?: string; statusCode?: number }
  const known = framework[code ?? '']
  if (known !== undefined) return known()
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return badRequest('it could not be read')
  return fault('internal', { cause: error })
}
