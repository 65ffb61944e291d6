/** Where a person goes after signing in: a page of this gateway and nothing else, whatever the address says. */

/** Pages that send people to sign in first. */
const pages = /^\/(?:device|dashboard(?:\/(?:connections|keys|calls|account))?|connect\/[a-z0-9-]{1,64})$/

export const home = '/dashboard'

/** @returns path and query of one of our pages; the home page for everything else */
export function safeReturn(text: string | null | undefined): string {
  if (!text || !/^\/[\x21-\x5b\x5d-\x7e]{0,500}$/.test(text)) return home
  const here = 'http://here.invalid'
  if (!URL.canParse(text, here)) return home
  const url = new URL(text, here)
  if (url.origin !== here || !pages.test(url.pathname)) return home
  return url.pathname + url.search
}
