/**
 * OAuth apps that a service refused. That is the operator's to mend and no connection's fault: the operator is told
 * once, and the service is not asked again for half a minute unless the app has changed.
 */
import type { Integration } from '#manifest'
import type { Gateway } from '../app.ts'
import type { OAuthApp } from './apps.ts'
import { misconfigured } from './refresh.ts'

export interface Misconfigurations {
  /** @throws Fault integration_misconfigured for an app that was refused just now */
  check(integration: Integration, app: OAuthApp | null): void
  note(gateway: Gateway, integration: Integration, app: OAuthApp | null, error: string): void
}

const pauseMs = 30_000

export function makeMisconfigurations(): Misconfigurations {
  const refused = new Map<string, { fingerprint: string; until: number }>()
  return {
    check(integration, app) {
      const known = refused.get(integration.name)
      if (known?.fingerprint === (app?.fingerprint ?? '') && performance.now() < known.until)
        throw misconfigured(integration)
    },
    note(gateway, integration, app, error) {
      const fingerprint = app?.fingerprint ?? ''
      const known = refused.get(integration.name)
      if (known?.fingerprint !== fingerprint)
        gateway.warn('the OAuth app is refused; no connection was touched', {
          integration: integration.name,
          error,
        })
      refused.set(integration.name, { fingerprint, until: performance.now() + pauseMs })
    },
  }
}
