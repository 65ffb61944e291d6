/**
 * The bench itself: a refresher as many are built, with a lock that times out and a write that looks at nothing,
 * loses the grant here. Were it to pass, the other tests of renewal would prove nothing.
 */
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'node:test'
import { startProvider, type Provider } from '../support/provider.ts'

/** What two processes of a naive gateway share. */
interface Shared {
  access: string
  refresh: string
  lockedUntil: number
}

const lockMs = 1_000

async function naiveCall(provider: Provider, shared: Shared): Promise<number> {
  const used = shared.access
  const status = await read(provider, used)
  if (status !== 401) return status
  while (shared.access === used) {
    if (Date.now() > shared.lockedUntil) {
      shared.lockedUntil = Date.now() + lockMs
      await naiveRefresh(provider, shared)
      break
    }
    await delay(20)
  }
  return read(provider, shared.access)
}

async function naiveRefresh(provider: Provider, shared: Shared): Promise<void> {
  const answer = await fetch(`${provider.origin}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: shared.refresh,
      client_id: provider.clientId,
      client_secret: provider.clientSecret,
    }),
  })
  const tokens = (await answer.json()) as { access_token?: string; refresh_token?: string }
  if (tokens.access_token === undefined) return
  shared.access = tokens.access_token
  shared.refresh = tokens.refresh_token!
}

async function read({ origin }: Provider, access: string): Promise<number> {
  const answer = await fetch(`${origin}/me`, { headers: { authorization: `Bearer ${access}` } })
  await answer.arrayBuffer()
  return answer.status
}

test('a naive refresher loses the grant when a refresh takes longer than its lock', async (t) => {
  const provider = await startProvider({ rotation: 'strict', delayAfterMs: 2_500 })
  t.after(() => provider.stop())
  const grant = provider.makeGrant()
  provider.killAccessTokens()
  const shared = { ...grant, lockedUntil: 0 }
  const statuses = await Promise.all(Array.from({ length: 200 }, () => naiveCall(provider, shared)))
  const good = statuses.filter((status) => status === 200).length
  t.diagnostic(
    `naive: ${provider.tokenRequests} token requests, ${provider.reuses} reuses, ${good} of 200 answers`,
  )
  assert.ok(provider.reuses > 0)
  assert.equal(good, 0)
})
