/** A walk of the road whose outcome goes to the audit log, whatever it is. The call itself was recorded before. */
import type { Gateway } from './app.ts'
import type { Operation } from './catalogue/catalogue.ts'
import type { Access } from './credentials/authorize.ts'
import { Fault } from './fault.ts'
import type { BuiltRequest } from './request/build.ts'
import type { UpstreamAnswer } from './upstream/client.ts'

/** The audit row. */
export interface RecordedCall {
  id: string
  keyId: string
}

/** @throws Fault as `Road.travel` does */
export async function travelRecorded(
  gateway: Gateway,
  { id, keyId }: RecordedCall,
  operation: Operation,
  request: BuiltRequest,
  access: () => Access,
): Promise<UpstreamAnswer> {
  const started = performance.now()
  const requestBytes = request.body === null ? 0 : Buffer.byteLength(request.body)
  const note = (
    state: 'done' | 'failed',
    error: string | null,
    status: number | null,
    responseBytes: number,
  ): void =>
    gateway.outcomes.note({
      id,
      keyId,
      state,
      error,
      upstreamStatus: status,
      durationMs: Math.round(performance.now() - started),
      requestBytes,
      responseBytes,
    })
  try {
    const answer = await gateway.road.travel(operation, request, access())
    note('done', null, answer.status, answer.body.length)
    return answer
  } catch (error) {
    note('failed', error instanceof Fault ? error.code : 'internal', null, 0)
    throw error
  }
}
