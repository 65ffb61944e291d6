/**
 * A strict OAuth provider of ours, with switches for what real ones do and what goes wrong: rotation with a family
 * that dies of reuse, pauses before and after the change of state, silence, and every form of error. Consent is
 * given by whoever asks. It keeps count of what it was asked.
 */
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export interface Behaviour {
  rotation: 'none' | 'grace' | 'strict'
  graceMs: number
  /** As sent: a number, or anything else that a provider may say. */
  expiresIn: unknown
  /** Before and after the token changes hands. */
  delayBeforeMs: number
  delayAfterMs: number
  /** Answers wait for it, after the token changed hands. */
  hold: Promise<void>
  /** Sent instead of tokens, first to last; nothing changes then. */
  instead: { status: number; body: string; type?: string; headers?: Record<string, string> }[]
  /** What the answer to a refresh says under `refresh_token`, when not the new one. */
  refreshTokenSaid: 'new' | 'absent' | 'null' | 'empty' | 'same'
  form: boolean
  scope: string | undefined
  /** Said beside the tokens. */
  extra: Record<string, string>
  /** Tells no `iss`, or a wrong one. */
  iss: string | null
  user: string
  /** Every access token is refused. */
  refuseAll: boolean
  revocationStatus: number
}

export interface Provider {
  origin: string
  behaviour: Behaviour
  clientId: string
  clientSecret: string
  tokenRequests: number
  /** Uses of a refresh token that was used up. */
  reuses: number
  resourceRequests: number
  revocations: string[]
  /** How often each refresh token was presented. */
  presented: Map<string, number>
  /** Called when a refresh token has just changed hands, before the answer. */
  onRotation: () => void
  /** Parameters of the last authorization request. */
  asked: URLSearchParams
  /** A grant without a browser. */
  makeGrant(user?: string): { access: string; refresh: string }
  /** Ends access tokens; refresh tokens stay good. */
  killAccessTokens(): void
  isLive(access: string): boolean
  stop(): Promise<void>
}

interface Family {
  user: string
  alive: boolean
}

interface RefreshToken {
  family: Family
  usedAt: number | null
}

const untouched: Behaviour = {
  rotation: 'strict',
  graceMs: 30_000,
  expiresIn: 3600,
  delayBeforeMs: 0,
  delayAfterMs: 0,
  hold: Promise.resolve(),
  instead: [],
  refreshTokenSaid: 'new',
  form: false,
  scope: undefined,
  extra: {},
  iss: null,
  user: 'ada',
  refuseAll: false,
  revocationStatus: 200,
}

export async function startProvider(behaviour: Partial<Behaviour> = {}): Promise<Provider> {
  const codes = new Map<string, { challenge: string | null; redirectUri: string; user: string }>()
  const access = new Map<string, Family>()
  const refresh = new Map<string, RefreshToken>()
  const server = createServer(
    (request, response) => void answer(request, response).catch(() => response.destroy()),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const provider: Provider = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    behaviour: { ...untouched, ...behaviour },
    clientId: 'app',
    clientSecret: `secret-${randomBytes(12).toString('hex')}`,
    tokenRequests: 0,
    reuses: 0,
    resourceRequests: 0,
    revocations: [],
    presented: new Map(),
    onRotation: () => {},
    asked: new URLSearchParams(),
    makeGrant: (user = provider.behaviour.user) => issue({ user, alive: true }),
    killAccessTokens: () => access.clear(),
    isLive: (token) => access.get(token)?.alive === true,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }

  function issue(family: Family): { access: string; refresh: string } {
    const made = { access: `at_${random()}`, refresh: `rt_${random()}` }
    access.set(made.access, family)
    refresh.set(made.refresh, { family, usedAt: null })
    return made
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', provider.origin)
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += chunk
    if (url.pathname === '/authorize') return authorize(url.searchParams, response)
    if (url.pathname === '/token') return token(request, new URLSearchParams(text), response)
    if (url.pathname === '/revoke') return revoke(new URLSearchParams(text), response)
    return resource(request, response)
  }

  function authorize(query: URLSearchParams, response: ServerResponse): void {
    provider.asked = query
    const back = new URL(query.get('redirect_uri')!)
    const code = random()
    const { user, iss } = provider.behaviour
    codes.set(code, { challenge: query.get('code_challenge'), redirectUri: back.href, user })
    back.searchParams.set('code', code)
    back.searchParams.set('state', query.get('state') ?? '')
    if (iss !== null) back.searchParams.set('iss', iss)
    response.writeHead(302, { location: back.href }).end()
  }

  async function token(
    request: IncomingMessage,
    body: URLSearchParams,
    response: ServerResponse,
  ): Promise<void> {
    provider.tokenRequests += 1
    const { delayBeforeMs, delayAfterMs, instead } = provider.behaviour
    await delay(delayBeforeMs)
    const other = instead.shift()
    if (other !== undefined) {
      await provider.behaviour.hold
      response.writeHead(other.status, { 'content-type': other.type ?? 'application/json', ...other.headers })
      return void response.end(other.body)
    }
    if (!isClient(request, body)) return refuse(response, 401, 'invalid_client')
    const made = body.get('grant_type') === 'refresh_token' ? redeemRefresh(body) : redeemCode(body)
    await delay(delayAfterMs)
    await provider.behaviour.hold
    if (made === null) return refuse(response, 400, 'invalid_grant')
    send(response, made, body.get('refresh_token'))
  }

  function send(
    response: ServerResponse,
    made: { access: string; refresh: string },
    presented: string | null,
  ): void {
    const { expiresIn, refreshTokenSaid, form, scope, extra } = provider.behaviour
    const said = { new: made.refresh, absent: undefined, null: null, empty: '', same: presented }
    const document = {
      ...extra,
      access_token: made.access,
      token_type: 'bearer',
      expires_in: expiresIn,
      refresh_token: presented === null ? made.refresh : said[refreshTokenSaid],
      scope,
    }
    const pairs = Object.entries(document).filter(([, value]) => value !== undefined) as [string, string][]
    response.writeHead(200, {
      'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json',
    })
    response.end(form ? new URLSearchParams(pairs).toString() : JSON.stringify(document))
  }

  function isClient(request: IncomingMessage, body: URLSearchParams): boolean {
    const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? '')
    const [id, secret] = basic
      ? Buffer.from(basic[1]!, 'base64').toString().split(':')
      : [body.get('client_id'), body.get('client_secret')]
    return id === provider.clientId && secret === provider.clientSecret
  }

  function redeemCode(body: URLSearchParams): { access: string; refresh: string } | null {
    const code = codes.get(body.get('code') ?? '')
    codes.delete(body.get('code') ?? '')
    const verifier = body.get('code_verifier') ?? ''
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    if (code === undefined || code.challenge !== challenge) return null
    if (code.redirectUri !== body.get('redirect_uri')) return null
    return issue({ user: code.user, alive: true })
  }

  function redeemRefresh(body: URLSearchParams): { access: string; refresh: string } | null {
    const { rotation, graceMs, refreshTokenSaid } = provider.behaviour
    const text = body.get('refresh_token') ?? ''
    provider.presented.set(text, (provider.presented.get(text) ?? 0) + 1)
    const known = refresh.get(text)
    if (known === undefined || !known.family.alive) return null
    const keeps = rotation === 'none' || refreshTokenSaid !== 'new'
    if (known.usedAt !== null && !keeps) {
      const late = rotation === 'strict' || Date.now() - known.usedAt > graceMs
      if (late) {
        provider.reuses += 1
        known.family.alive = rotation !== 'strict'
        return null
      }
    }
    known.usedAt ??= Date.now()
    const made = issue(known.family)
    provider.onRotation()
    if (!keeps) return made
    refresh.delete(made.refresh)
    return { access: made.access, refresh: text }
  }

  function revoke(body: URLSearchParams, response: ServerResponse): void {
    const { revocationStatus } = provider.behaviour
    if (revocationStatus === 200) {
      const text = body.get('token') ?? ''
      provider.revocations.push(text)
      const family = refresh.get(text)?.family ?? access.get(text)
      if (family !== undefined) family.alive = false
    }
    response.writeHead(revocationStatus, revocationStatus === 503 ? { 'retry-after': '1' } : {}).end()
  }

  function resource(request: IncomingMessage, response: ServerResponse): void {
    provider.resourceRequests += 1
    const text = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const family = access.get(text)
    if (family?.alive !== true || provider.behaviour.refuseAll) return refuse(response, 401, 'invalid_token')
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ login: family.user }))
  }

  return provider
}

function refuse(response: ServerResponse, status: number, error: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }))
}

function random(): string {
  return randomBytes(16).toString('hex')
}
