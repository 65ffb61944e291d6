/** A service that others wrote to test against, with its consent pages: one of emulate's, in a process of its own. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface Emulator {
  origin: string
  /** Makes every access token worthless; refresh tokens stay good. */
  forgetTokens(): Promise<void>
  stop(): Promise<void>
}

export async function startEmulator(service: string, seed: Record<string, unknown>): Promise<Emulator> {
  const child = fork(fileURLToPath(new URL('emulator.mjs', import.meta.url)), [], {
    execArgv: ['--import', new URL('github-strict.mjs', import.meta.url).href],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit')
  child.send({ service, seed })
  const [origin] = await Promise.race([once(child, 'message'), ended])
  if (typeof origin !== 'string') throw new Error(`The emulator of ${service} ended with code ${origin}.`)
  return {
    origin,
    async forgetTokens() {
      child.send('forget')
      await once(child, 'message')
    },
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** Consents as a person would: presses the button that shows them. @returns where the browser is sent */
export async function consent(page: string, person: string): Promise<string> {
  const answer = await fetch(page)
  const text = await answer.text()
  const forms = text.match(/<form[^]*?<\/form>/g) ?? []
  const form = forms.find((found) => found.includes(person)) ?? ''
  const action = /action="([^"]+)"/.exec(form)?.[1]
  if (action === undefined) throw new Error(`no consent page: ${answer.status} ${text.slice(0, 300)}`)
  const body = new URLSearchParams()
  for (const [, name, value] of form.matchAll(/<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"/g))
    body.append(name!, unescapeHtml(value!))
  const sent = await fetch(new URL(action, page), { method: 'POST', body, redirect: 'manual' })
  const location = sent.headers.get('location')
  if (location === null) throw new Error(`not sent on: ${sent.status} ${(await sent.text()).slice(0, 300)}`)
  return location
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
