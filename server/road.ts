/**
 * The road of a request: from checked parameters and an admitted connection to the upstream's answer in its
 * envelope. Routes decide who may walk it; admission has recorded the call before `travel` sends a byte.
 */
import type { Integration } from '#manifest'
import type { Operation } from './catalogue/catalogue.ts'
import { authorize, maskedAddition, withQuery, type Access } from './credentials/authorize.ts'
import type { TokenRequest } from './credentials/token-request.ts'
import { fault, type Fault } from './fault.ts'
import { fillVariables, type BuiltRequest } from './request/build.ts'
import {
  UpstreamError,
  type UpstreamAnswer,
  type UpstreamClient,
  type UpstreamRequest,
} from './upstream/client.ts'
import { acceptEncoding } from './upstream/decode.ts'
import { scrub } from './upstream/scrub.ts'
import { targetOf, targetOfUrl, type OriginMap } from './upstream/target.ts'

/** A request of an endpoint, or one that only belongs to the integration. */
export type Travelling = Pick<Operation, 'integration'> & Partial<Pick<Operation, 'endpoint'>>

export interface Road {
  /**
   * Sends the request with the credential and cleans the answer of it.
   * @throws Fault upstream_unreachable, upstream_timeout, response_too_large, redirect_refused
   */
  travel(operation: Travelling, request: BuiltRequest, access: Access): Promise<UpstreamAnswer>
  /** The request as it would be sent, the credential masked. Sends nothing. */
  preview(operation: Operation, request: BuiltRequest, access: Omit<Access, 'credential'>): Preview
  /**
   * Sends a request to a URL that the skill names whole, such as its token endpoint. The answer is as it came:
   * it may hold a secret and is for the gateway alone.
   * @throws Fault as `travel` does
   */
  reach(integration: Integration, request: TokenRequest): Promise<UpstreamAnswer>
}

export interface Preview {
  method: string
  url: string
  headers: Record<string, string>
  body?: unknown
}

export function makeRoad(client: UpstreamClient, originMap: Record<string, OriginMap>): Road {
  const targetFor = ({ integration, endpoint }: Travelling, variables: Record<string, string>) =>
    targetOf(
      integration,
      endpoint?.request.base_url ?? integration.base_url,
      variables,
      originMap[integration.name] ?? {},
    )
  const send = async (
    integration: Integration,
    request: UpstreamRequest,
    timeoutMs = integration.timeout_ms,
  ): Promise<UpstreamAnswer> => {
    const maxBytes = integration.max_response_bytes
    const answer = await client.send(request, { timeoutMs, maxBytes }).catch((error: unknown) => {
      throw faultOf(error, integration, timeoutMs, maxBytes)
    })
    if (isRedirect(answer)) throw fault('redirect_refused', { fill: { integration: integration.title } })
    return answer
  }
  return {
    async travel(operation, request, access) {
      const target = targetFor(operation, access.variables)
      const unsigned: UpstreamRequest = {
        origin: target.origin,
        path: target.prefix + request.path,
        method: request.method,
        headers: { 'accept-encoding': acceptEncoding, ...headersOf(request, access.variables) },
        body: request.body,
      }
      const authorized = await authorize(unsigned, access)
      const answer = await send(operation.integration, authorized.request, operation.endpoint?.timeout_ms)
      return { ...answer, body: scrub(answer.body, authorized.needles) }
    },
    preview(operation, request, access) {
      const target = targetFor(operation, access.variables)
      const mask = maskedAddition(access.auth)
      return {
        method: request.method,
        url: target.declared + withQuery(request.path, mask.query),
        headers: { ...headersOf(request, access.variables), ...mask.headers },
        ...(request.body === null ? {} : { body: readable(request) }),
      }
    },
    reach(integration, { url, method, headers, body }) {
      const target = targetOfUrl(url, originMap[integration.name] ?? {})
      return send(integration, {
        ...target,
        method,
        headers: { 'accept-encoding': acceptEncoding, ...headers },
        body,
      })
    },
  }
}

/** A connection's variables may stand in header values, such as a tenant's id. */
function headersOf({ headers }: BuiltRequest, variables: Record<string, string>): Record<string, string> {
  if (Object.keys(variables).length === 0) return headers
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, fillVariables(value, variables)]),
  )
}

function isRedirect({ status, headers }: UpstreamAnswer): boolean {
  return status >= 300 && status < 400 && headers['location'] !== undefined
}

function readable(request: BuiltRequest): unknown {
  const isJson = /json/.test(request.headers['content-type'] ?? '')
  return isJson ? JSON.parse(request.body!) : request.body
}

function faultOf(error: unknown, integration: Integration, timeoutMs: number, maxBytes: number): Fault {
  if (!(error instanceof UpstreamError)) return fault('internal', { cause: error })
  const fill = { integration: integration.title, reason: error.message }
  if (error.kind === 'timeout')
    return fault('upstream_timeout', { fill: { ...fill, limit: timeoutMs }, cause: error })
  if (error.kind === 'too_large')
    return fault('response_too_large', { fill: { ...fill, limit: maxBytes }, cause: error })
  return fault('upstream_unreachable', { fill, cause: error })
}
