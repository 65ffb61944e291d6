/**
 * A real browser: Debian's chromium, driven by playwright-core. A page fails its test when it breaks its own content
 * security policy, says anything on the console, or asks any other host for anything. Screenshots go into
 * SKILLETT_SCREENSHOTS, else into a folder of the system's temporary one.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'

const binary = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)

/** For `test`: says what is missing. */
export const withoutBrowser = binary === undefined ? 'needs chromium (apt-get install chromium)' : false

export interface Screen {
  page: Page
  /** What must not have happened. */
  complaints: string[]
  shoot(name: string): Promise<void>
  close(): Promise<void>
}

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: binary! })
}

/** @param mayTalkTo origins beside the gateway's that the pages lead to */
export async function openScreen(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  mayTalkTo: string[] = [],
): Promise<Screen> {
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width: 1280, height: 900 },
    ...options,
  })
  const complaints: string[] = []
  const page = await context.newPage()
  page.on('console', (message) => {
    // A refusal is a page with its own status; Chromium notes the status of each.
    if (!['error', 'warning'].includes(message.type())) return
    if (/^Failed to load resource: the server responded with a status of 4\d\d/.test(message.text())) return
    complaints.push(`${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    const { origin } = new URL(request.url())
    if (![url, ...mayTalkTo].includes(origin)) complaints.push(`a request to ${request.url()}`)
  })
  await page.addInitScript({
    content: `document.addEventListener('securitypolicyviolation', (event) =>
      console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI))`,
  })
  return {
    page,
    complaints,
    async shoot(name) {
      const folder = process.env['SKILLETT_SCREENSHOTS'] ?? join(tmpdir(), 'skillett-screenshots')
      await mkdir(folder, { recursive: true })
      await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
    },
    async close() {
      await context.close()
      assert.deepEqual(complaints, [])
    },
  }
}
