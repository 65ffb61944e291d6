/**
 * How browsers come in. A page asks who is signed in and sends everybody else to sign in first; a form has to come
 * from a page of ours, in the same session, and is answered with a redirect to a page.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Gateway } from '../app.ts'
import { safeReturn } from '../sign-in/return-to.ts'
import { isSameOrigin } from '../sign-in/same-origin.ts'
import { readSession, type Visitor } from '../sign-in/session.ts'
import { isSame } from '../sign-in/token.ts'
import { goTo } from './page.ts'
import { foreignForm, PageRefusal } from './refusal.ts'

export interface Visit {
  visitor: Visitor
  request: FastifyRequest
  reply: FastifyReply
  params: Record<string, string>
  query: URLSearchParams
}

export interface Submission extends Visit {
  form: URLSearchParams
}

/** A page for people who are signed in. */
export function onView(
  app: FastifyInstance,
  gateway: Gateway,
  path: string,
  show: (visit: Visit) => Promise<FastifyReply>,
): void {
  app.get(path, async (request, reply) => {
    const visitor = await readSession(gateway, request)
    if (visitor === undefined) return toSignIn(reply, request.url)
    return show({ visitor, request, reply, params: paramsOf(request), query: queryOf(request) })
  })
}

/**
 * A form of a signed-in person.
 * @param back the page to show first when nobody is signed in any more
 */
export function onSubmit(
  app: FastifyInstance,
  gateway: Gateway,
  path: string,
  back: string,
  act: (submission: Submission) => Promise<FastifyReply>,
): void {
  app.post(path, async (request, reply) => {
    const form = readForm(gateway, request)
    const visitor = await readSession(gateway, request)
    if (visitor === undefined) return toSignIn(reply, back)
    if (!isSame(form.get('form_token') ?? '', visitor.formToken)) throw foreignForm()
    return act({ visitor, request, reply, form, params: paramsOf(request), query: queryOf(request) })
  })
}

/**
 * The fields of a form that one of our own pages sent.
 * @throws PageRefusal when another site sent it, or something else than a form
 */
export function readForm(gateway: Gateway, request: FastifyRequest): URLSearchParams {
  if (!isSameOrigin(request.headers, gateway.publicUrl())) throw foreignForm()
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? ''))
    throw new PageRefusal(403, 'That is not a form', 'Send the form that the page shows.')
  return new URLSearchParams(String(request.body ?? ''))
}

export function queryOf(request: FastifyRequest): URLSearchParams {
  const at = request.url.indexOf('?')
  return new URLSearchParams(at < 0 ? '' : request.url.slice(at + 1))
}

function paramsOf(request: FastifyRequest): Record<string, string> {
  return request.params as Record<string, string>
}

function toSignIn(reply: FastifyReply, path: string): FastifyReply {
  return goTo(reply, `/sign-in?return_to=${encodeURIComponent(safeReturn(path))}`)
}
