/** Signing in by password or one-time link, and out. A link is shown with a button: opening it uses nothing up. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Gateway } from '../app.ts'
import { returnTry, sweepAttempts, takeTry } from '../db/attempts.ts'
import { findPassword } from '../db/passwords.ts'
import { findLink, takeLink } from '../db/sign-in-links.ts'
import { linkTries, passwordTries } from '../sign-in/guessing.ts'
import { isPassword } from '../sign-in/password.ts'
import { home, safeReturn } from '../sign-in/return-to.ts'
import { endSession, readSession, startSession } from '../sign-in/session.ts'
import { hashToken, isToken } from '../sign-in/token.ts'
import { onSubmit, queryOf, readForm } from './door.ts'
import { html } from './html.ts'
import { providerButton } from './oidc.ts'
import { goTo, sendPage } from './page.ts'
import { PageRefusal, tooManyTries } from './refusal.ts'

type ByToken = { Params: { token: string } }

export function signInPages(app: FastifyInstance, gateway: Gateway): void {
  const { sql } = gateway

  app.get('/', async (request, reply) =>
    goTo(reply, (await readSession(gateway, request)) === undefined ? '/sign-in' : home),
  )

  app.get('/sign-in', async (request, reply) => {
    const to = safeReturn(queryOf(request).get('return_to'))
    if ((await readSession(gateway, request)) !== undefined) return goTo(reply, to)
    return showSignIn(reply, to)
  })

  app.post('/sign-in', async (request, reply) => {
    const form = readForm(gateway, request)
    const email = (form.get('email') ?? '').trim().slice(0, 254)
    const to = safeReturn(form.get('return_to'))
    const tries = passwordTries(email, request.ip)
    await judgeTry(gateway, request, tries, '/sign-in')
    const known = await findPassword(sql, email)
    if (!(await isPassword(form.get('password') ?? '', known?.hash ?? null)))
      return showSignIn(reply, to, email, 'The address or the password is not right.')
    await returnTry(sql, tries)
    await startSession(gateway, request, reply, known!.profileId, 'password')
    return goTo(reply, to)
  })

  app.get<ByToken>('/sign-in/link/:token', async (request, reply) => {
    const found = await readLink(gateway, request, request.params.token, (hash) => findLink(sql, hash))
    const body = html`<section class="card">
      <div class="head">
        <h1>Sign in to Skillett</h1>
        <p class="soft">This link signs this browser in as</p>
      </div>
      <p><strong>${found.email}</strong></p>
      <form method="post" action="/sign-in/link/${request.params.token}">
        <button class="main">Sign in</button>
      </form>
      <p class="soft small">It works once. If you did not expect it, close this page.</p>
    </section>`
    return sendPage(reply, { title: 'Sign in', body, visitor: null, narrow: true })
  })

  app.post<ByToken>('/sign-in/link/:token', async (request, reply) => {
    readForm(gateway, request)
    const profileId = await readLink(gateway, request, request.params.token, (hash) => takeLink(sql, hash))
    await startSession(gateway, request, reply, profileId, 'link')
    return goTo(reply, home)
  })

  onSubmit(app, gateway, '/sign-out', home, async ({ request, reply }) => {
    await endSession(gateway, request, reply)
    return goTo(reply, '/sign-in')
  })

  function showSignIn(
    reply: FastifyReply,
    to: string,
    email = '',
    wrong: string | null = null,
  ): FastifyReply {
    const body = html`<section class="card">
      <h1>Sign in to Skillett</h1>
      ${gateway.oidc === null ? null : providerButton(gateway.oidc, to)}
      ${wrong === null ? null : html`<p class="note bad" role="alert">${wrong}</p>`}
      <form method="post" action="/sign-in">
        <input type="hidden" name="return_to" value="${to}" />
        <div class="field">
          <label for="email">Email address</label>
          <input id="email" name="email" type="email" autocomplete="username" required value="${email}" />
        </div>
        <div class="field">
          <label for="password">Password</label>
          <input id="password" name="password" type="password" autocomplete="current-password" required />
        </div>
        <button class="main">Sign in</button>
      </form>
      <p class="soft small">
        No password yet, or forgotten? The operator of this gateway gives you a one-time link:
        <span class="mono">skillett admin sign-in-link</span>
      </p>
    </section>`
    const page = { title: 'Sign in', body, visitor: null, narrow: true }
    return sendPage(reply, page, wrong === null ? 200 : 401)
  }
}

/** @throws PageRefusal 429 when there were too many; the log learns of it, without the address that was tried */
export async function judgeTry(
  { sql }: Gateway,
  request: FastifyRequest,
  tries: ReturnType<typeof linkTries>,
  path: string,
): Promise<void> {
  await sweepAttempts(sql)
  const wait = await takeTry(sql, tries)
  if (wait === null) return
  request.log.warn({ what: 'too many tries', from: request.ip, path }, 'a sign-in was refused')
  throw tooManyTries(wait, path)
}

async function readLink<Found>(
  gateway: Gateway,
  request: FastifyRequest,
  token: string,
  read: (hash: Buffer) => Promise<Found | undefined>,
): Promise<Found> {
  const tries = linkTries(request.ip)
  await judgeTry(gateway, request, tries, '/sign-in')
  const found = isToken(token) ? await read(hashToken(token)) : undefined
  if (found === undefined)
    throw new PageRefusal(
      404,
      'This link does not work any more',
      'A sign-in link works once and for an hour. Ask the operator for another one.',
      { path: '/sign-in', text: 'Sign in another way' },
    )
  await returnTry(gateway.sql, tries)
  return found
}
