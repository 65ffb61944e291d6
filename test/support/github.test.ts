import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startGithub, type GithubEmulator } from './github.ts'

let github: GithubEmulator
before(async () => {
  github = await startGithub()
})
after(() => github.stop())

async function ask(path: string, token: string): Promise<number> {
  const answer = await fetch(github.origin + path, { headers: { authorization: `Bearer ${token}` } })
  await answer.body?.cancel()
  return answer.status
}

test('the emulated GitHub knows its one token and repository, and refuses every other token', async () => {
  assert.equal(await ask('/user', github.token), 200)
  assert.equal(await ask('/repos/acme/app', github.token), 200)
  assert.equal(await ask('/repos/acme/none', github.token), 404)
  assert.equal(await ask('/repos/acme/app', 'ghp_unknown'), 401)
})

test('the emulated GitHub refuses its token after it was revoked', async () => {
  await github.revokeToken()
  assert.equal(await ask('/repos/acme/app', github.token), 401)
})
