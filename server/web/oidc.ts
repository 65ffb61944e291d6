/** Signing in at an OpenID provider: there, and back with an answer that this browser asked for. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Gateway } from '../app.ts'
import { profileOfIdentity } from '../db/identities.ts'
import { fault } from '../fault.ts'
import { printCookie, readCookie } from '../sign-in/cookies.ts'
import type { SignInProvider } from '../sign-in/oidc.ts'
import { startSession } from '../sign-in/session.ts'
import { queryOf } from './door.ts'
import { html, type Html } from './html.ts'
import { goTo } from './page.ts'
import { PageRefusal } from './refusal.ts'

const cookie = 'skillett-oidc'
const path = '/sign-in/oidc'
const again = { path: '/sign-in', text: 'Back to signing in' }

export function oidcPages(app: FastifyInstance, gateway: Gateway): void {
  const { publicUrl, sql } = gateway

  app.get(path, async (request, reply) => {
    const { url, cookie: value } = await providerOf(gateway)
      .begin(queryOf(request).get('return_to') ?? '')
      .catch((cause: unknown) => refuse(request, cause))
    reply.header('set-cookie', printCookie(publicUrl(), cookie, value, { maxAgeSeconds: 600 }))
    return goTo(reply, url.href)
  })

  app.get(`${path}/callback`, async (request, reply) => {
    const begun = readCookie(publicUrl(), cookie, request.headers)
    // Whatever comes of it, it was used.
    const used = printCookie(publicUrl(), cookie, '', { maxAgeSeconds: 0 })
    if (begun === undefined) return notExpected()
    reply.header('set-cookie', used)
    const done = await providerOf(gateway)
      .finish(queryOf(request), begun)
      .catch((cause: unknown) => refuse(request, cause))
    const profileId = await profileOfIdentity(sql, done.identity)
    if (profileId === undefined) return unknownPerson(done.identity.email)
    await startSession(gateway, request, reply, profileId, 'oidc')
    return goTo(reply, done.returnTo)
  })
}

/** For the page that offers the ways to sign in. */
export function providerButton({ name }: SignInProvider, returnTo: string): Html {
  return html`<a class="button main" href="${path}?return_to=${encodeURIComponent(returnTo)}"
      >Continue with ${name}</a
    >
    <div class="or">or</div>`
}

function providerOf({ oidc }: Gateway): SignInProvider {
  if (oidc === null) throw fault('not_found', { fill: { resource: 'route', name: path } })
  return oidc
}

function refuse(request: FastifyRequest, cause: unknown): never {
  // The library's errors carry what was answered, tokens among it: the log gets their text alone.
  const reason = cause instanceof Error ? cause.message : 'unknown'
  request.log.warn({ reason }, 'signing in at the provider failed')
  throw new PageRefusal(
    502,
    'That did not work',
    'The provider did not answer as it should, or the answer was not for this browser. Nobody was signed in. Begin again; the operator finds the reason in the log.',
    again,
  )
}

function notExpected(): FastifyReply {
  const text = 'It was used already, or this browser did not ask for it. Nobody was signed in.'
  throw new PageRefusal(400, 'This answer is not expected', text, again)
}

function unknownPerson(email: string | null): FastifyReply {
  const text =
    email === null
      ? 'The provider does not vouch for an address of yours, and you have not signed in by it before.'
      : `There is no account for ${email} here, or it belongs to another identity. Ask the operator of this gateway.`
  throw new PageRefusal(403, 'You have no account here', text, again)
}
