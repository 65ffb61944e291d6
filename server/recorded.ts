/** Exchanges whose outcome goes to the audit log, whatever it is. The calls themselves were recorded before. */
import type { Gateway } from './app.ts'
import type { Operation } from './catalogue/catalogue.ts'
import type { Access } from './credentials/authorize.ts'
import { Fault } from './fault.ts'
import type { BuiltRequest } from './request/build.ts'
import type { UpstreamAnswer } from './upstream/client.ts'

/** The audit row. */
export interface RecordedCall {
  id: string
  keyId: string | null
}

/** @throws Fault as `Road.travel` does */
export function travelRecorded(
  gateway: Gateway,
  call: RecordedCall,
  operation: Pick<Operation, 'integration'>,
  request: BuiltRequest,
  access: () => Access,
): Promise<UpstreamAnswer> {
  return noteOutcome(gateway, call, request.body, async () =>
    gateway.road.travel(operation, request, access()),
  )
}

/** Runs one exchange and notes how it ended. */
export async function noteOutcome(
  gateway: Gateway,
  { id, keyId }: RecordedCall,
  requestBody: string | null,
  exchange: () => Promise<UpstreamAnswer>,
): Promise<UpstreamAnswer> {
  const started = performance.now()
  const requestBytes = requestBody === null ? 0 : Buffer.byteLength(requestBody)
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
    const answer = await exchange()
    note('done', null, answer.status, answer.body.length)
    return answer
  } catch (error) {
    note('failed', error instanceof Fault ? error.code : 'internal', null, 0)
    throw error
  }
}
