/**
 * Makes emulate's GitHub refuse tokens it does not know, as GitHub does; out of the box it takes any.
 * Loaded with --import before the emulator. The edits hang on the text of the pinned version: one that does
 * not fit exactly once is an error, so that a new version cannot bring the leniency back unseen.
 */
import { register } from 'node:module'

register(
  'data:text/javascript,' +
    encodeURIComponent(`
const edits = [
  ['if (!user && fallbackUser && token.length > 0) {',
   "if (!user) return c.json({ message: 'Bad credentials', status: '401' }, 401); if (false) {"],
  ['return { app, store, webhooks, port, baseUrl, tokenMap };',
   'globalThis.emulatedTokens = tokenMap; return { app, store, webhooks, port, baseUrl, tokenMap };'],
]
export async function load(url, context, next) {
  const loaded = await next(url, context)
  if (!url.endsWith('/node_modules/emulate/dist/api.js')) return loaded
  let source = String(loaded.source)
  for (const [from, to] of edits) {
    const parts = source.split(from)
    if (parts.length !== 2) throw new Error('emulate: found ' + (parts.length - 1) + ' times, wanted once: ' + from)
    source = parts.join(to)
  }
  return { ...loaded, source }
}
`),
  import.meta.url,
)
