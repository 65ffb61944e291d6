/**
 * Sessions: who sits at the browser. The cookie holds a random token, new at every sign-in; the database knows its
 * SHA-256. Forms carry a token derived from it, which another site cannot know.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Gateway } from '../app.ts'
import {
  deleteSession,
  findSession,
  insertSession,
  type SignedIn,
  type SignInMethod,
} from '../db/sessions.ts'
import { printCookie, readCookie } from './cookies.ts'
import { deriveToken, hashToken, isToken, newToken } from './token.ts'

const cookie = 'skillett'
const lifetimeSeconds = 30 * 86_400

/** A signed-in person, in this browser. */
export interface Visitor extends SignedIn {
  sessionHash: Buffer
  /** What every form of this session carries. */
  formToken: string
}

export async function readSession(gateway: Gateway, request: FastifyRequest): Promise<Visitor | undefined> {
  const token = readCookie(gateway.publicUrl(), cookie, request.headers)
  if (token === undefined || !isToken(token)) return undefined
  const sessionHash = hashToken(token)
  const found = await findSession(gateway.sql, sessionHash)
  return found && { ...found, sessionHash, formToken: deriveToken(token, 'form') }
}

/** Begins a session under a new token; the one that the browser had before ends. */
export async function startSession(
  gateway: Gateway,
  request: FastifyRequest,
  reply: FastifyReply,
  profileId: string,
  method: SignInMethod,
): Promise<void> {
  await forget(gateway, request)
  const token = newToken()
  await insertSession(gateway.sql, {
    idHash: hashToken(token),
    profileId,
    method,
    userAgent: String(request.headers['user-agent'] ?? '').slice(0, 300),
    address: request.ip,
  })
  setCookie(reply, gateway, token, lifetimeSeconds)
}

export async function endSession(
  gateway: Gateway,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  await forget(gateway, request)
  setCookie(reply, gateway, '', 0)
}

async function forget(gateway: Gateway, request: FastifyRequest): Promise<void> {
  const token = readCookie(gateway.publicUrl(), cookie, request.headers)
  if (token !== undefined && isToken(token)) await deleteSession(gateway.sql, hashToken(token))
}

function setCookie(reply: FastifyReply, gateway: Gateway, value: string, maxAgeSeconds: number): void {
  reply.header('set-cookie', printCookie(gateway.publicUrl(), cookie, value, { maxAgeSeconds }))
}
