/** Signing in and out on the command line, against the real gateway, with a person who decides in a browser. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import { buildBundle, cliBundle } from '../support/bundle.ts'
import { runCli, type CliResult } from '../support/cli.ts'
import { startServing, type Serving } from '../support/serving.ts'
import { signIn, type Visitor } from '../support/visitor.ts'

let serving: Serving
let visitor: Visitor
let email: string

before(async () => {
  await buildBundle()
  serving = await startServing()
  const person = await serving.person()
  email = person.email
  visitor = await signIn(serving, person)
})
after(() => serving.stop())

/** A home that outlives one command. */
async function makeHome(t: TestContext): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'skillett-login-'))
  t.after(() => rm(home, { recursive: true, force: true }))
  return home
}

function run(home: string, args: string[], env: Record<string, string> = {}): Promise<CliResult> {
  return runCli({ args, env: { HOME: home, SKILLETT_API_URL: serving.url, ...env } })
}

async function decide(userCode: string, decision: string): Promise<void> {
  const fields = { user_code: userCode, decision }
  const answer = await visitor.submit('/device', '/device/decision', fields)
  assert.equal(answer.status, 303, answer.text)
}

/** Both steps, with a person between them. */
async function login(home: string, env: Record<string, string> = {}): Promise<CliResult> {
  const begun = JSON.parse((await run(home, ['login', '--no-wait'], env)).stdout)
  await decide(begun.user_code, 'approve')
  return run(home, ['login', '--resume', begun.login_id], env)
}

const settingsOf = (home: string) => join(home, '.config/skillett/config.json')

test('without a terminal it prints a link and ends at once, and a second command waits', async (t) => {
  const home = await makeHome(t)
  const began = performance.now()
  const first = await run(home, ['login'])
  assert.ok(performance.now() - began < 2_000)
  assert.equal(first.exit, 8, first.stderr)
  const { login_id, user_code, next, ...rest } = JSON.parse(first.stdout)
  assert.match(login_id, /^lg_[0-9a-f]{16}$/)
  assert.equal(next[0].command, `skillett login --resume ${login_id}`)
  assert.deepEqual(rest, {
    status: 'pending',
    verification_uri: `${serving.url}/device`,
    verification_uri_complete: `${serving.url}/device?user_code=${user_code}`,
    expires_in: 900,
    interval: 5,
  })
  const waiting = run(home, ['login', '--resume', login_id])
  await decide(user_code, 'approve')
  const second = await waiting
  assert.equal(second.exit, 0, second.stderr)
  const document = JSON.parse(second.stdout)
  assert.deepEqual([document.status, document.email, document.stored], ['signed_in', email, 'file'])
  const [kept] = Object.values(JSON.parse(await readFile(settingsOf(home), 'utf8')).keys) as string[]
  for (const { stdout, stderr } of [first, second]) assert.ok(!(stdout + stderr).includes(kept!))
  assert.match(second.stderr, /There is no keychain here: the key is in .*config\.json/)
  const whoami = await runCli({ args: ['whoami'], env: { HOME: home } })
  assert.equal(JSON.parse(whoami.stdout).email, email, 'the gateway is remembered too')
})

test('the key is in a file of its owner alone, and nothing else is left', async (t) => {
  const home = await makeHome(t)
  assert.equal((await login(home)).exit, 0)
  const folder = join(home, '.config/skillett')
  assert.deepEqual(await readdir(folder), ['config.json'])
  assert.equal((await stat(settingsOf(home))).mode & 0o777, 0o600)
  assert.equal((await stat(folder)).mode & 0o777, 0o700)
})

test('a link in the place of the settings file is not followed', async (t) => {
  const home = await makeHome(t)
  const begun = JSON.parse((await run(home, ['login', '--no-wait'])).stdout)
  const victim = join(home, 'victim')
  await writeFile(victim, '{}', { mode: 0o600 })
  await symlink(victim, settingsOf(home))
  await decide(begun.user_code, 'approve')
  const { exit, stderr } = await run(home, ['login', '--resume', begun.login_id])
  assert.equal(exit, 2)
  assert.match(stderr, /is a symlink/)
  assert.equal(await readFile(victim, 'utf8'), '{}')
})

test('a denied sign-in, an unknown one and one that is over have their exit codes', async (t) => {
  const home = await makeHome(t)
  const begun = JSON.parse((await run(home, ['login', '--no-wait'])).stdout)
  await decide(begun.user_code, 'deny')
  const denied = await run(home, ['login', '--resume', begun.login_id])
  assert.deepEqual([denied.exit, JSON.parse(denied.stderr).error.code], [7, 'access_denied'])
  for (const id of [begun.login_id, 'lg_0000000000000000', '../config', ''])
    assert.equal((await run(home, ['login', `--resume=${id}`])).exit, 5, id)
  const late = JSON.parse((await run(home, ['login', '--no-wait'])).stdout)
  await serving.sql`update device_codes set expires_at = now() where status = 'pending'`
  const expired = await run(home, ['login', '--resume', late.login_id])
  assert.deepEqual([expired.exit, JSON.parse(expired.stderr).error.code], [4, 'expired_token'])
  const away = await run(home, ['login'], { SKILLETT_API_URL: 'http://127.0.0.1:1' })
  assert.equal(away.exit, 12)
})

test('without a key, every command says how to sign in', async (t) => {
  const { exit, stderr } = await run(await makeHome(t), ['whoami'])
  assert.equal(exit, 4)
  assert.equal(JSON.parse(stderr).error.next[0].command, 'skillett login --no-wait')
})

test('signing in again ends the key from before', async (t) => {
  const home = await makeHome(t)
  await login(home)
  const keyOf = async () =>
    Object.values(JSON.parse(await readFile(settingsOf(home), 'utf8')).keys)[0] as string
  const first = await keyOf()
  await login(home)
  const second = await keyOf()
  assert.notEqual(first, second)
  assert.equal((await serving.request('GET', '/v1/whoami', first)).body.error, 'api_key_revoked')
  assert.equal((await serving.request('GET', '/v1/whoami', second)).status, 200)
})

test('signing out revokes the key and forgets it', async (t) => {
  const home = await makeHome(t)
  await login(home)
  const [key] = Object.values(JSON.parse(await readFile(settingsOf(home), 'utf8')).keys) as string[]
  const { exit, stdout } = await run(home, ['logout'])
  assert.equal(exit, 0)
  assert.deepEqual(JSON.parse(stdout), { signed_out: [{ api_url: serving.url, revoked: true }] })
  assert.equal((await serving.request('GET', '/v1/whoami', key)).body.error, 'api_key_revoked')
  assert.ok(!(await readFile(settingsOf(home), 'utf8')).includes(key!))
  assert.equal((await run(home, ['whoami'])).exit, 4)
  assert.deepEqual(JSON.parse((await run(home, ['logout'])).stdout), { signed_out: [] })
})

test('signing out works offline, with a warning, and everywhere at once', async (t) => {
  const home = await makeHome(t)
  await login(home)
  const settings = JSON.parse(await readFile(settingsOf(home), 'utf8'))
  settings.keys['http://127.0.0.1:1'] = 'sk_offline'
  settings.mine = 'stays'
  await writeFile(settingsOf(home), JSON.stringify(settings))
  const { exit, stdout, stderr } = await run(home, ['logout', '--all'])
  assert.equal(exit, 0)
  const revoked = JSON.parse(stdout).signed_out.map((one: { revoked: boolean }) => one.revoked)
  assert.deepEqual(revoked.sort(), [false, true])
  assert.match(stderr, /not revoked at http:\/\/127\.0\.0\.1:1/)
  const left = JSON.parse(await readFile(settingsOf(home), 'utf8'))
  assert.deepEqual([left.keys, left.mine], [{}, 'stays'])
})

/** A keychain that writes down how it was called. */
const secretTool = `#!/bin/sh
echo "$*" >> "$HOME/called"
case "$1" in
  store) cat > "$HOME/secret";;
  lookup) [ -f "$HOME/secret" ] && cat "$HOME/secret";;
  clear) rm -f "$HOME/secret";;
esac
`

test('where there is a keychain the key is in it, and was on no command line', async (t) => {
  const home = await makeHome(t)
  await mkdir(join(home, 'bin'))
  await writeFile(join(home, 'bin/secret-tool'), secretTool)
  await chmod(join(home, 'bin/secret-tool'), 0o755)
  const env = {
    PATH: `${join(home, 'bin')}:${process.env['PATH']}`,
    DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere',
  }
  const { stdout, stderr } = await login(home, env)
  assert.equal(JSON.parse(stdout).stored, 'keychain')
  assert.equal(stderr, '')
  const key = await readFile(join(home, 'secret'), 'utf8')
  assert.match(key, /^sk_/)
  assert.ok(!(await readFile(settingsOf(home), 'utf8')).includes(key))
  assert.ok(!(await readFile(join(home, 'called'), 'utf8')).includes(key))
  assert.equal(JSON.parse((await run(home, ['whoami'], env)).stdout).email, email)
  assert.equal((await run(home, ['logout'], env)).exit, 0)
  assert.ok(!existsSync(join(home, 'secret')))
  assert.equal((await serving.request('GET', '/v1/whoami', key)).body.error, 'api_key_revoked')
})

test('a keychain that does not work is told, and the file is used', async (t) => {
  const home = await makeHome(t)
  await mkdir(join(home, 'bin'))
  await writeFile(join(home, 'bin/secret-tool'), '#!/bin/sh\nexit 1\n')
  await chmod(join(home, 'bin/secret-tool'), 0o755)
  const env = { PATH: `${join(home, 'bin')}:${process.env['PATH']}`, DBUS_SESSION_BUS_ADDRESS: 'x' }
  const { stdout, stderr } = await login(home, env)
  assert.equal(JSON.parse(stdout).stored, 'file')
  assert.match(stderr, /no keychain here/)
})

test('the agents that are there learn of the command, in under a hundred tokens', async (t) => {
  const home = await makeHome(t)
  await mkdir(join(home, '.claude'))
  await mkdir(join(home, '.gemini/skills/skillett'), { recursive: true })
  const foreign = '---\nname: something-else\n---\n'
  await writeFile(join(home, '.gemini/skills/skillett/SKILL.md'), foreign)
  const document = JSON.parse((await login(home)).stdout)
  const wanted = ['.claude/skills/skillett/SKILL.md', '.agents/skills/skillett/SKILL.md']
  assert.deepEqual(
    document.skills,
    wanted.map((path) => join(home, path)),
  )
  const text = await readFile(join(home, wanted[0]!), 'utf8')
  assert.match(text, /^---\nname: skillett\ndescription: .{1,1024}\n---\n/)
  // A token of English prose and commands is about four characters.
  assert.ok(text.length < 400, `${text.length} characters`)
  assert.equal(await readFile(join(home, '.gemini/skills/skillett/SKILL.md'), 'utf8'), foreign)
  assert.deepEqual(JSON.parse((await login(home)).stdout).skills, [], 'they are there already')
})

const skip = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux')
  ? false
  : 'needs script(1) of util-linux'

interface Terminal {
  screen: () => string
  shows: (text: string) => Promise<void>
  type: (text: string) => void
  ended: Promise<number | null>
}

function atTerminal(home: string, args: string[], env: Record<string, string>): Terminal {
  const command = [process.execPath, cliBundle, ...args].map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { PATH: process.env['PATH'], TERM: 'xterm', HOME: home, SKILLETT_API_URL: serving.url, ...env },
  })
  let screen = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (screen += text))
  return {
    screen: () => screen,
    async shows(text) {
      while (!screen.includes(text)) await once(child.stdout, 'data')
    },
    type: (text) => void child.stdin.write(text),
    ended: once(child, 'close').then(([exit]) => exit as number | null),
  }
}

async function fakeBrowser(home: string): Promise<string> {
  const browser = join(home, 'browser')
  await writeFile(
    browser,
    `#!/bin/sh\nprintf %s "$1" > "${home}/opened.draft"\nmv "${home}/opened.draft" "${home}/opened"\n`,
  )
  await chmod(browser, 0o755)
  return browser
}

test('at a terminal it opens the browser and waits for the decision', { skip }, async (t) => {
  const home = await makeHome(t)
  const terminal = atTerminal(home, ['login'], { BROWSER: await fakeBrowser(home) })
  await terminal.shows('Waiting for')
  assert.match(terminal.screen(), /A browser is opening/)
  while (!existsSync(join(home, 'opened'))) await new Promise((resolve) => setTimeout(resolve, 10))
  const page = new URL(await readFile(join(home, 'opened'), 'utf8'))
  assert.equal(page.origin + page.pathname, `${serving.url}/device`)
  await decide(page.searchParams.get('user_code')!, 'approve')
  assert.equal(await terminal.ended, 0)
  assert.match(terminal.screen(), /"status": "signed_in"/)
})

test(
  'in a build, over ssh and without a display no browser is opened, and Ctrl-C ends it',
  { skip },
  async (t) => {
    const home = await makeHome(t)
    const browser = await fakeBrowser(home)
    const cases: [args: string[], env: Record<string, string>][] = [
      [['login'], { CI: 'true', BROWSER: browser }],
      [['login', '--device'], { BROWSER: browser }],
      [['login'], { SSH_CONNECTION: '203.0.113.1 1 203.0.113.2 22', DISPLAY: ':0' }],
      [['login'], {}],
    ]
    for (const [args, env] of cases) {
      const terminal = atTerminal(home, args, env)
      await terminal.shows('Waiting for')
      assert.match(terminal.screen(), /Open in a browser/)
      terminal.type('\u0003')
      assert.equal(await terminal.ended, 130)
      assert.match(terminal.screen(), /"code": "interrupted"/)
    }
    assert.ok(!existsSync(join(home, 'opened')))
    assert.ok(!existsSync(settingsOf(home)))
  },
)
