/** An account that a person has to agree to: the link they open, and waiting for what they decide. */

import { setTimeout as delay } from 'node:timers/promises'
import { failure } from './failure.ts'

/** What the gateway answers when no secret was given. */
export interface Link {
  oauth_url: string
  connection_id: string
  expires_at: string
}

/** `GET /v1/connect/:connection_id`. */
export interface Progress {
  status: 'pending' | 'connected' | 'error'
  integration: string
  connection_id?: string
  account?: string
  error?: string
  message?: string
  missing_scopes?: string[]
}

const pauseMs = 2_000

/**
 * Goes on until a person has decided, or the link is too old: the gateway says which.
 * Fails with `integration_not_connected` when nothing came of it.
 * @param look what was read last
 * @param read reads anew
 */
export async function awaitConnection(look: () => Progress, read: () => Promise<void>): Promise<Progress> {
  for (let progress = look(); ; progress = look()) {
    if (progress.status === 'connected') return progress
    if (progress.status === 'error') throw notConnected(progress)
    await delay(pauseMs)
    await read()
  }
}

function notConnected({ integration, error = 'error', message = '' }: Progress) {
  const command = `skillett connect ${integration}`
  return failure(
    'integration_not_connected',
    { integration },
    {
      message: `No ${integration} account was connected (${error}). ${message}`.trim(),
      next: [{ command, why: 'begins again' }],
    },
  )
}
