/**
 * Whether a browser's POST comes from a page of this gateway. Fetch metadata says it outright; a browser that sends
 * none has to name our origin. A page under `Referrer-Policy: no-referrer` names "null", which then is not enough.
 */
import type { IncomingHttpHeaders } from 'node:http'

export function isSameOrigin(headers: IncomingHttpHeaders, publicUrl: string): boolean {
  const site = headers['sec-fetch-site']
  const { origin } = headers
  if (site !== undefined) return site === 'same-origin'
  return origin !== undefined && origin === new URL(publicUrl).origin
}
