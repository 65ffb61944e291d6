/** The pages in a real browser: whole ways through them, by keyboard too, in every width and colour. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test, type TestContext } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { launch, openScreen, withoutBrowser, type Screen } from '../support/browser.ts'
import { buildBundle } from '../support/bundle.ts'
import { runCli } from '../support/cli.ts'
import { startServing, type Person, type Serving } from '../support/serving.ts'
import { makeLink, signIn } from '../support/visitor.ts'

const password = 'seven calm herons wade'

describe('in a browser', { skip: withoutBrowser }, () => {
  let serving: Serving
  let browser: Browser

  before(async () => {
    await buildBundle()
    serving = await startServing()
    browser = await launch()
  })
  after(async () => {
    await browser?.close()
    await serving?.stop()
  })

  async function screen(t: TestContext, options: BrowserContextOptions = {}): Promise<Screen> {
    const opened = await openScreen(browser, serving.url, options)
    t.after(() => opened.close())
    return opened
  }

  async function enter(page: Page, person: Person): Promise<void> {
    await page.goto(await makeLink(serving, person))
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL('**/dashboard/connections')
  }

  async function setPassword(person: Person): Promise<void> {
    const visitor = await signIn(serving, person)
    const form = { fresh: password }
    const set = await visitor.submit('/dashboard/account', '/dashboard/account/password', form)
    assert.equal(set.status, 303)
  }

  /** A command line that has begun to sign in, in a home of its own. */
  async function beginLogin(t: TestContext) {
    const home = await mkdtemp(join(tmpdir(), 'skillett-browser-'))
    t.after(() => rm(home, { recursive: true, force: true }))
    const run = (args: string[]) => runCli({ args, env: { HOME: home, SKILLETT_API_URL: serving.url } })
    const begun = await run(['login', '--no-wait'])
    assert.equal(begun.exit, 8, begun.stderr)
    const { verification_uri_complete, user_code, login_id } = JSON.parse(begun.stdout)
    const finish = () => run(['login', '--resume', login_id])
    return { page: verification_uri_complete as string, userCode: user_code as string, finish, run }
  }

  test('a command line signs in: link, password, approval, and the key works', async (t) => {
    const person = await serving.person()
    await setPassword(person)
    const login = await beginLogin(t)
    const { page, shoot } = await screen(t)
    await page.goto(login.page)
    await page.waitForURL('**/sign-in?**')
    await page.getByLabel('Email address').fill(person.email)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText(login.userCode).waitFor()
    await shoot('device')
    const [row] = await serving.sql`select status from device_codes order by created_at desc limit 1`
    assert.equal(row!['status'], 'pending', 'opening the link decides nothing')
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.getByRole('heading', { name: 'Signed in' }).waitFor()
    await shoot('device-approved')
    const done = await login.finish()
    assert.equal(JSON.parse(done.stdout).email, person.email, done.stderr)
    assert.equal(JSON.parse((await login.run(['whoami'])).stdout).email, person.email)
  })

  test('deny is where the focus is, and Enter denies', async (t) => {
    const person = await serving.person()
    const login = await beginLogin(t)
    const { page } = await screen(t)
    await enter(page, person)
    await page.goto(login.page)
    const deny = page.getByRole('button', { name: 'Deny' })
    const approve = page.getByRole('button', { name: 'Approve' })
    assert.equal(await deny.evaluate((button) => button.matches(':focus')), true)
    const [one, other] = [await deny.boundingBox(), await approve.boundingBox()]
    assert.deepEqual([one!.width, one!.height, one!.y], [other!.width, other!.height, other!.y])
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Denied' }).waitFor()
    assert.equal((await login.finish()).exit, 7)
  })

  test('everything can be done by keyboard: the link, the code, the approval', async (t) => {
    const person = await serving.person()
    const login = await beginLogin(t)
    const { page } = await screen(t)
    await page.goto(await makeLink(serving, person))
    await press(page, 'Sign in')
    await page.waitForURL('**/dashboard/connections')
    await page.goto('/device')
    await page.keyboard.type(login.userCode.toLowerCase().replace('-', ' '))
    await page.keyboard.press('Enter')
    await page.getByText(login.userCode).waitFor()
    await press(page, 'Approve')
    await page.getByRole('heading', { name: 'Signed in' }).waitFor()
    assert.equal((await login.finish()).exit, 0)
  })

  test('without JavaScript everything works as well', async (t) => {
    const person = await serving.person()
    const login = await beginLogin(t)
    const { page } = await screen(t, { javaScriptEnabled: false })
    await enter(page, person)
    await page.goto(login.page)
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.getByRole('heading', { name: 'Signed in' }).waitFor()
    assert.equal((await login.finish()).exit, 0)
  })

  test('a key is made, shown once and revoked', async (t) => {
    const person = await serving.person()
    const { page, shoot } = await screen(t)
    await enter(page, person)
    await page.getByRole('link', { name: 'Keys' }).click()
    await page.getByLabel('Name').fill('Laptop')
    await page.getByText('only:').click()
    await page.getByLabel('Acme').check()
    await page.getByLabel('only read').check()
    await page.getByRole('button', { name: 'Make the key' }).click()
    await shoot('key-made')
    const key = (await page.locator('.secret').textContent())!.trim()
    const whoami = await serving.request('GET', '/v1/whoami', key)
    assert.deepEqual([whoami.body.key.scopes, whoami.body.key.read_only], [['acme'], true])
    await page.reload()
    assert.equal(await page.getByText(key).count(), 0)
    await page.getByRole('button', { name: 'Revoke Laptop' }).click()
    await page.locator('.state', { hasText: 'revoked' }).waitFor()
    assert.equal((await serving.request('GET', '/v1/whoami', key)).body.error, 'api_key_revoked')
  })

  test('an account is connected by a form, checked and removed', async (t) => {
    const person = await serving.person()
    const { page } = await screen(t)
    await enter(page, person)
    await page.getByRole('link', { name: 'Acme' }).click()
    await page.locator('input[type=password]').first().fill('acme_secret_0123456789')
    await page.getByRole('button', { name: 'Try it and connect' }).first().click()
    await page.getByRole('heading', { name: 'Acme is connected' }).waitFor()
    await page.getByRole('link', { name: 'See your connections' }).click()
    await page.getByRole('button', { name: 'Check Acme octocat' }).click()
    await page.getByText('Checked: the credential works.').waitFor()
    await page.getByRole('button', { name: 'Remove Acme octocat' }).click()
    await page.getByText('Nothing is connected yet.').waitFor()
  })

  test('a form on another site decides nothing, and no other site can frame a page', async (t) => {
    const person = await serving.person()
    const login = await beginLogin(t)
    const opened = await openScreen(browser, serving.url)
    t.after(() => opened.page.context().close())
    const { page } = opened
    await enter(page, person)
    const fields = `<input name="user_code" value="${login.userCode}"><input name="decision" value="approve">`
    const site = createServer((request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end(
        request.url === '/frame'
          ? `<iframe src="${serving.url}/device" name="framed"></iframe>`
          : `<form method="post" action="${serving.url}/device/decision">${fields}<button>Win a prize</button></form>`,
      )
    })
    site.listen(0)
    await once(site, 'listening')
    t.after(() => site.close())
    const evil = `http://localhost:${(site.address() as AddressInfo).port}`
    await page.goto(`${evil}/form`)
    await page.getByRole('button').click()
    await page.getByText('This form did not come from here').waitFor()
    await page.goto(`${evil}/frame`)
    await page.waitForLoadState('networkidle')
    assert.deepEqual(
      page.frames().map((frame) => new URL(frame.url()).protocol),
      ['http:', 'chrome-error:'],
    )
    const [row] = await serving.sql`select status from device_codes order by created_at desc limit 1`
    assert.equal(row!['status'], 'pending')
  })

  for (const { name, options } of [
    { name: 'wide', options: {} },
    { name: 'wide-dark', options: { colorScheme: 'dark' } },
    { name: 'narrow', options: { viewport: { width: 320, height: 640 } } },
    { name: 'narrow-dark', options: { viewport: { width: 320, height: 640 }, colorScheme: 'dark' } },
  ] as { name: string; options: BrowserContextOptions }[])
    test(`every page fits its window: ${name}`, async (t) => {
      const person = await serving.person()
      await serving.connect(person.key, { account: 'an account with quite a long name of its own' })
      const { page, shoot } = await screen(t, options)
      const visit = async (path: string): Promise<void> => {
        await page.goto(path)
        await shoot(
          `${name}${path
            .split('?')[0]!
            .replace(/link\/.*/, 'link')
            .replaceAll('/', '-')}`,
        )
        const width = await page.locator('html').evaluate((root) => root.scrollWidth)
        assert.ok(width <= page.viewportSize()!.width, `${path} is ${width} wide`)
      }
      await visit('/sign-in')
      await visit(await makeLink(serving, person))
      await enter(page, person)
      const code = await fetch(`${serving.url}/auth/device/code`, { method: 'POST' })
      const { user_code } = (await code.json()) as { user_code: string }
      const paths = ['connections', 'keys', 'calls', 'account'].map((section) => `/dashboard/${section}`)
      for (const path of [
        ...paths,
        '/connect/acme',
        '/connect/github',
        '/device',
        `/device?user_code=${user_code}`,
      ])
        await visit(path)
      await visit('/nowhere')
    })
})

/** Tab until the button has the focus, then Enter. */
async function press(page: Page, name: string): Promise<void> {
  const button = page.getByRole('button', { name, exact: true })
  for (let i = 0; i < 20; i += 1) {
    if (await button.evaluate((element) => element.matches(':focus'))) return page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
  }
  assert.fail(`${name} is not reached by Tab`)
}
