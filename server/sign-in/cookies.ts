/**
 * Cookies of this gateway: never readable by scripts, never sent along by other sites' forms. Over https their names
 * begin with `__Host-`, which browsers take only from this very host; loopback http cannot have that.
 */
import type { IncomingHttpHeaders } from 'node:http'

export interface CookieOptions {
  /** 0 removes it. */
  maxAgeSeconds: number
  sameSite?: 'Lax' | 'Strict'
}

/** @param publicUrl how people reach the gateway; decides the name and whether it is Secure */
export function printCookie(publicUrl: string, name: string, value: string, options: CookieOptions): string {
  const { maxAgeSeconds, sameSite = 'Lax' } = options
  const secure = isSecure(publicUrl) ? '; Secure' : ''
  return `${fullName(publicUrl, name)}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=${sameSite}${secure}`
}

export function readCookie(
  publicUrl: string,
  name: string,
  headers: IncomingHttpHeaders,
): string | undefined {
  const wanted = `${fullName(publicUrl, name)}=`
  const found = headers.cookie?.split(/; */).find((pair) => pair.startsWith(wanted))
  return found?.slice(wanted.length)
}

function fullName(publicUrl: string, name: string): string {
  return isSecure(publicUrl) ? `__Host-${name}` : name
}

function isSecure(publicUrl: string): boolean {
  return publicUrl.startsWith('https:')
}
