/** Connecting an account by OAuth in a real browser, at the consent pages of a service that others wrote. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { Secret } from '../../server/credentials/secret.ts'
import { launch, openScreen, withoutBrowser } from '../support/browser.ts'
import { startEmulator, type Emulator } from '../support/emulator.ts'
import { freePort } from '../support/free-port.ts'
import { startServing, type Serving } from '../support/serving.ts'
import { makeLink } from '../support/visitor.ts'

describe('connecting in a browser', { skip: withoutBrowser }, () => {
  let serving: Serving
  let github: Emulator
  let browser: Browser

  before(async () => {
    const port = await freePort()
    const app = { client_id: 'app', client_secret: 'the-secret-of-the-app', name: 'Skillett' }
    const redirect_uris = [`http://127.0.0.1:${port}/connect/github/callback`]
    github = await startEmulator('github', {
      github: { users: [{ login: 'octocat' }], oauth_apps: [{ ...app, redirect_uris }] },
    })
    const credential = {
      client_id: new Secret(app.client_id),
      client_secret: new Secret(app.client_secret),
    }
    serving = await startServing({
      port,
      originMap: {
        github: { 'https://github.com': github.origin, 'https://api.github.com': github.origin },
      },
      oauthApps: { GITHUB: { clientId: app.client_id, credential } },
    })
    browser = await launch()
  })
  after(async () => {
    await browser?.close()
    await serving?.stop()
    await github?.stop()
  })

  async function connect(javaScriptEnabled: boolean): Promise<void> {
    const person = await serving.person()
    const { page, shoot, close } = await openScreen(browser, serving.url, { javaScriptEnabled }, [
      github.origin,
    ])
    await page.goto(await makeLink(serving, person))
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('link', { name: 'GitHub' }).click()
    await shoot('connect-ways')
    await page.getByRole('button', { name: 'Continue to GitHub' }).click()
    await page.waitForURL(`${github.origin}/**`)
    await shoot('connect-consent')
    await page.getByRole('button', { name: 'octocat' }).click()
    await page.getByRole('heading', { name: 'GitHub is connected' }).waitFor()
    await shoot('connect-done')
    await page.goto('/dashboard/connections')
    await page.getByText('octocat').first().waitFor()
    await shoot('connect-listed')
    const answer = await serving.call(person.key, 'github get_me')
    assert.equal(answer.body.data.login, 'octocat', answer.text)
    await close()
  }

  test('a person consents at GitHub, and their key acts as them', () => connect(true))

  test('without JavaScript as well', () => connect(false))
})
