/**
 * Connecting in a browser. /connect/:integration?link=… leads to the service, for the person whose link it is;
 * /connect/:integration/callback is where the service sends them back, one address for each integration.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Integration } from '#manifest'
import type { Gateway } from '../app.ts'
import { fault } from '../fault.ts'
import { openLink } from '../oauth/begin.ts'
import { finish } from '../oauth/finish.ts'
import { readSession } from '../sign-in/session.ts'
import { connectWays, showWays } from './connect-ways.ts'
import { queryOf } from './door.ts'
import { html, plain } from './html.ts'
import { goTo, sendPage } from './page.ts'
import { PageRefusal, prefersPage } from './refusal.ts'

type ByIntegration = { Params: { integration: string } }

export function connectPages(app: FastifyInstance, gateway: Gateway): void {
  connectWays(app, gateway)

  app.get<ByIntegration>('/connect/:integration', async (request, reply) => {
    const integration = integrationOf(gateway, request.params.integration)
    const link = queryOf(request).get('link')
    if (link === null) return ways(gateway, integration, request, reply)
    return open(gateway, integration, link, request, reply)
  })

  app.get<ByIntegration>('/connect/:integration/callback', async (request, reply) => {
    const integration = integrationOf(gateway, request.params.integration)
    return callBack(gateway, integration, request, reply)
  })
}

async function open(
  gateway: Gateway,
  integration: Integration,
  link: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const visitor = await readSession(gateway, request)
  if (visitor === undefined) return goTo(reply, `/sign-in?return_to=${encodeURIComponent(request.url)}`)
  const url = await openLink(gateway, visitor.profileId, integration, link)
  if (url !== undefined) return goTo(reply, url.href)
  throw new PageRefusal(
    403,
    'This link does not work here',
    `It was used, it is too old, or somebody else asked for it than ${visitor.email}, who is signed in. Nothing was changed.`,
  )
}

async function callBack(
  gateway: Gateway,
  integration: Integration,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const visitor = await readSession(gateway, request)
  const done = await finish(gateway, visitor?.profileId ?? null, integration, queryOf(request))
  if (done.status === 'not_yours')
    throw new PageRefusal(
      403,
      'Somebody else began this',
      'An account can only be connected by the person who asked for it, in the browser in which they are signed in. Nothing was connected.',
    )
  if (done.status === 'unknown')
    throw new PageRefusal(
      400,
      'This answer is not expected',
      'It was used already, it came too late, or nobody asked for it. Nothing was connected. Begin again.',
    )
  if (done.status === 'error')
    throw new PageRefusal(400, `${integration.title} is not connected`, plain(done.message, 400))
  const missing = done.lostScopes.length > 0
  const body = html`<section class="card">
    <h1>${integration.title} is connected</h1>
    <p>as <strong>${plain(done.account)}</strong>. You can close this page.</p>
    ${missing ? html`<p>Not granted, though asked for: ${plain(done.lostScopes.join(', '), 400)}.</p>` : null}
    <p><a class="button" href="/dashboard/connections">To the connections</a></p>
  </section>`
  return sendPage(reply, {
    title: `${integration.title} is connected`,
    body,
    visitor: visitor ?? null,
    narrow: true,
  })
}

/** Where an `action_url` leads: forms for a person, words for whoever holds a key. */
async function ways(
  gateway: Gateway,
  integration: Integration,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (!prefersPage(request)) return sendWays(gateway, integration, reply)
  const visitor = await readSession(gateway, request)
  if (visitor === undefined) return goTo(reply, `/sign-in?return_to=${encodeURIComponent(request.url)}`)
  return showWays(gateway, integration, visitor, reply)
}

function sendWays({ catalogue }: Gateway, integration: Integration, reply: FastifyReply): FastifyReply {
  const setup = catalogue
    .skillFiles(integration.name)
    .find((file) => file.file_path === 'references/setup.md')
  const ways = integration.auth.map(({ id, type }) => {
    const secret = type === 'oauth2' ? '' : ' --secret-stdin'
    return `    skillett connect ${integration.name} --auth ${id}${secret}\n`
  })
  const text = `# Connect ${integration.title}\n\nOn the machine that holds your API key:\n\n${ways.join('')}\n`
  return reply.type('text/markdown; charset=utf-8').send(text + (setup?.content ?? ''))
}

function integrationOf({ catalogue }: Gateway, name: string): Integration {
  const integration = catalogue.integration(name)
  if (integration !== undefined) return integration
  throw fault('not_found', { fill: { resource: 'integration', name } })
}
