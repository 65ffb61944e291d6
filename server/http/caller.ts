/**
 * Who calls: the key of a request, and what admission says about it. Every door of the gateway goes through here.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { hashApiKey, isApiKey } from '../credentials/api-key.ts'
import type { Admission, Admitted, Asker, Call, Refusal } from '../db/admission.ts'
import { fault, type Fault, type FaultDetails } from '../fault.ts'

/** What a refusal's message needs to know. */
export interface RefusalContext {
  integration: string
  title: string
  /** How people reach the gateway. */
  publicUrl: string
}

/**
 * The hash of the presented key.
 * @throws Fault unauthorized without a key, api_key_invalid when it is not one; neither costs a query
 */
export function presentedKey(headers: IncomingHttpHeaders): string {
  const match = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')
  if (match === null) throw fault('unauthorized')
  if (!isApiKey(match[1]!)) throw fault('api_key_invalid')
  return hashApiKey(match[1]!)
}

/**
 * Admits a call or, with `call` null, only judges the asker.
 * @throws Fault the refusal, or audit_unavailable when the database cannot say
 */
export async function admit(
  admission: Admission,
  asker: Asker,
  call: Call | null,
  context: RefusalContext,
): Promise<Admitted> {
  const { integration } = asker
  // No integration is named so, and PostgreSQL would refuse the NUL together with every call of the round trip.
  const askable = integration?.includes('\0') ? { ...asker, integration: '' } : asker
  const admitted = await admission.admit(askable, call).catch((cause: unknown) => {
    throw fault('audit_unavailable', { cause })
  })
  if (admitted.refusal !== null) throw refused(admitted.refusal, admitted, context)
  return admitted
}

/** Judges the key alone; with `writes`, whether it may change anything. */
export function authenticate(
  admission: Admission,
  headers: IncomingHttpHeaders,
  writes = false,
): Promise<Admitted> {
  const asker = { keyHash: presentedKey(headers), integration: null, account: null, identifier: '' }
  const context = { integration: '', title: '', publicUrl: '' }
  return admit(admission, { ...asker, writes, needsConnection: false }, null, context)
}

function refused(refusal: Refusal, admitted: Admitted, context: RefusalContext): Fault {
  const { integration, title } = context
  const details: Partial<Record<Refusal, FaultDetails>> = {
    scope_not_allowed: { fill: { integration } },
    forbidden: { fill: { reason: 'the key is read-only and this endpoint writes' } },
    integration_not_connected: {
      fill: { integration: title },
      action_url: `${context.publicUrl}/connect/${integration}`,
      next: [{ command: `skillett connect ${integration}`, why: 'connects an account of a person' }],
    },
    account_ambiguous: {
      fill: { integration: title, accounts: admitted.accounts.join(', ') },
      fields: [{ path: 'connection', message: `must be one of ${admitted.accounts.join(', ')}` }],
    },
    daily_limit_reached: {
      fill: { limit: admitted.dailyLimit ?? 0 },
      retry_after_ms: untilMidnight(),
    },
  }
  return fault(refusal, details[refusal] ?? {})
}

/** Milliseconds to the next UTC day. */
function untilMidnight(): number {
  const day = 86_400_000
  return day - (Date.now() % day)
}
