/**
 * An authorization server that others wrote, as strict as it can be set: oidc-provider with PKCE required, rotating
 * refresh tokens whose reuse ends the grant, access tokens that live for seconds, `iss` in its answers, revocation.
 * Whoever comes is signed in and consents. Beside it a resource that really asks whether a token is good.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'

export interface OidcServer {
  issuer: string
  clientId: string
  clientSecret: string
  /** Token requests with a refresh token, answered well. */
  refreshes: number
  /** Who comes, and what is told of them. */
  person: { id: string; claims: Record<string, unknown> }
  stop(): Promise<void>
}

/** @param lifeSeconds of access tokens */
export async function startOidc(redirectUri: string, lifeSeconds: number): Promise<OidcServer> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const [clientId, clientSecret] = ['skillett', 'secret-of-skillett-at-oidc']
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    findAccount: async (_context, id) => ({
      accountId: id,
      claims: async () => ({ ...oidc.person.claims, sub: id }),
    }),
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    rotateRefreshToken: true,
    issueRefreshToken: async (_context, client) => client.grantTypeAllowed('refresh_token'),
    pkce: { required: () => true },
    ttl: {
      AccessToken: lifeSeconds,
      AuthorizationCode: 60,
      RefreshToken: 3600,
      Grant: 3600,
      Session: 3600,
      Interaction: 600,
      IdToken: 600,
    },
    interactions: { url: (_context, interaction) => `/agree/${interaction.uid}` },
    cookies: { keys: ['any'] },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true, allowedPolicy: async () => true },
    },
  })
  const oidc: OidcServer = {
    issuer,
    clientId,
    clientSecret,
    refreshes: 0,
    person: { id: 'ada', claims: {} },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  provider.on('grant.success', (context) => {
    if (context.oidc.params?.['grant_type'] === 'refresh_token') oidc.refreshes += 1
  })
  const answer = provider.callback()
  server.on('request', (request, response) => {
    const path = request.url ?? '/'
    const work = path.startsWith('/agree/')
      ? agree(provider, oidc.person.id, request, response)
      : path.startsWith('/api/get_me')
        ? tell(provider, request, response)
        : answer(request, response)
    Promise.resolve(work).catch(() => response.destroy())
  })
  return oidc
}

async function agree(
  provider: Provider,
  accountId: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const details = await provider.interactionDetails(request, response)
  if (details.prompt.name === 'login')
    return provider.interactionFinished(request, response, { login: { accountId } })
  const grant = new provider.Grant({ accountId, clientId: String(details.params['client_id']) })
  grant.addOIDCScope(String(details.params['scope']))
  const consent = { grantId: await grant.save() }
  return provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true })
}

async function tell(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
  const token = await provider.AccessToken.find(text)
  const good = token?.isValid === true
  response.writeHead(good ? 200 : 401, { 'content-type': 'application/json' })
  response.end(JSON.stringify(good ? { login: token.accountId } : { error: 'invalid_token' }))
}
