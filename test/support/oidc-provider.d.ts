/** As much of oidc-provider's interface as the tests use; the package brings no types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  interface Client {
    grantTypeAllowed(type: string): boolean
  }

  interface Grant {
    addOIDCScope(scope: string): void
    save(): Promise<string>
  }

  export default class Provider {
    constructor(
      issuer: string,
      settings: {
        findAccount(context: unknown, id: string): Promise<unknown>
        issueRefreshToken(context: unknown, client: Client): Promise<boolean>
        interactions: { url(context: unknown, interaction: { uid: string }): string }
        [setting: string]: unknown
      },
    )
    Grant: new (about: { accountId: string; clientId: string }) => Grant
    AccessToken: { find(text: string): Promise<{ isValid: boolean; accountId: string } | undefined> }
    on(event: string, listen: (context: { oidc: { params?: Record<string, unknown> } }) => void): void
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>
    interactionDetails(
      request: IncomingMessage,
      response: ServerResponse,
    ): Promise<{ prompt: { name: string }; params: Record<string, unknown> }>
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: Record<string, unknown>,
      options?: { mergeWithLastSubmission: boolean },
    ): Promise<void>
  }
}
