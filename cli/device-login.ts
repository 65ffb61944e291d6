/**
 * The device's side of RFC 8628: asks for codes, then polls as often as it is told until a person has decided.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { describeStranger, isJson } from './answer.ts'
import { ask, type Answer } from './client.ts'
import type { Context } from './context.ts'
import { Failure, failure } from './failure.ts'
import type { Gateway } from './gateway.ts'
import { takeBody } from './output.ts'

/** What the gateway answered, and what a later command needs to go on. */
export interface Started {
  device_code: string
  user_code: string
  verification_uri: string
  verification_uri_complete: string
  expires_in: number
  interval: number
}

export interface SignedIn {
  access_token: string
  api_key: { name: string }
  user: { email: string }
}

const clientId = 'skillett-cli'
const grantType = 'urn:ietf:params:oauth:grant-type:device_code'
const deadline = 15_000

/** RFC 8628, section 3.5. */
const slowerBySeconds = 5

export async function startLogin(gateway: Gateway, context: Context): Promise<Started> {
  const body = JSON.stringify({
    client_id: clientId,
    client_name: 'Skillett command line',
    machine: context.hostName(),
  })
  const answer = await ask(gateway, { method: 'POST', path: '/auth/device/code', body, deadline })
  const started = JSON.parse(takeBody(answer, { readOnly: true }).toString()) as Started
  if (typeof started.device_code === 'string' && /^https?:\/\//.test(started.verification_uri)) return started
  throw describeStranger(answer, {}, { readOnly: true })
}

/**
 * Waits for the decision. Fails with `access_denied` or `expired_token`.
 * @param until milliseconds since 1970; for when the gateway cannot be asked
 */
export async function awaitLogin(
  gateway: Gateway,
  { device_code, interval }: Pick<Started, 'device_code' | 'interval'>,
  until: number,
): Promise<SignedIn> {
  let seconds = interval
  const body = JSON.stringify({ grant_type: grantType, client_id: clientId, device_code })
  for (;;) {
    const answer = await ask(gateway, { method: 'POST', path: '/auth/device/token', body, deadline }).catch(
      (error: unknown) => {
        // A network that is away for a while is no reason to give up what a person has begun.
        if (error instanceof Failure && error.code.startsWith('gateway_')) return undefined
        throw error
      },
    )
    if (answer?.status === 200) return readSignedIn(answer)
    const problem = answer === undefined || answer.status >= 500 ? 'authorization_pending' : readError(answer)
    if (problem === 'slow_down') seconds += slowerBySeconds
    else if (problem !== 'authorization_pending') throw describeRefusal(problem, gateway)
    if (Date.now() > until) throw describeRefusal('expired_token', gateway)
    await delay(seconds * 1000)
  }
}

function readSignedIn(answer: Answer): SignedIn {
  const body = JSON.parse(takeBody(answer, { readOnly: false }).toString()) as SignedIn
  if (/^[\x21-\x7e]{1,512}$/.test(body.access_token ?? '')) return body
  throw describeStranger(answer, {}, { readOnly: false })
}

function readError(answer: Answer): string {
  if (!isJson(answer)) throw describeStranger(answer, {}, { readOnly: true })
  const { error } = JSON.parse(answer.body.toString()) as { error?: unknown }
  return typeof error === 'string' ? error : ''
}

const again = { next: [{ command: 'skillett login', why: 'begins again' }] }

function describeRefusal(problem: string, { url }: Gateway): Failure {
  if (problem === 'access_denied') return failure('access_denied', {}, again)
  if (problem === 'expired_token' || problem === 'invalid_grant') return failure('expired_token', {}, again)
  return failure('gateway_unreachable', { url, reason: 'it does not sign command lines in' }, again)
}
