/** Ways to sign in and credentials, made by hand for tests that need no skill and no database. */
import type { Auth, AuthType } from '../../codegen/manifest.ts'
import type { Access } from '../../server/credentials/authorize.ts'
import { Secret } from '../../server/credentials/secret.ts'

export function accessOf(
  type: AuthType,
  secrets: Record<string, string>,
  settings: Record<string, unknown> = {},
  inject: Partial<Auth['inject']> = {},
): Access {
  const auth: Auth = {
    id: type,
    type,
    title: type,
    fields: {},
    inject: { headers: {}, query: {}, ...inject },
    settings,
  }
  const credential = Object.fromEntries(
    Object.entries(secrets).map(([name, text]) => [name, new Secret(text)]),
  )
  return { auth, credential, variables: {} }
}
