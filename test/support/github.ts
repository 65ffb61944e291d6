/**
 * A stand-in for GitHub that others wrote: emulate's stateful emulator, strict about tokens, in a process of
 * its own on 127.0.0.1. One user (octocat), one repository (acme/app), one token.
 */
import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface GithubEmulator {
  origin: string
  /** Of octocat; anything else is answered 401. */
  token: string
  /** Makes the token worthless from here on. */
  revokeToken(): Promise<void>
  stop(): Promise<void>
}

export async function startGithub(): Promise<GithubEmulator> {
  const token = `ghp_${randomBytes(18).toString('hex')}`
  const child = fork(file('github-emulator.mjs'), [], {
    execArgv: ['--import', new URL('github-strict.mjs', import.meta.url).href],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit')
  child.send({
    tokens: { [token]: { login: 'octocat', scopes: ['repo', 'user'] } },
    github: {
      users: [{ login: 'octocat', name: 'The Octocat', email: 'octocat@example.com' }],
      orgs: [{ login: 'acme', members: [{ login: 'octocat', role: 'admin' }] }],
      repos: [{ owner: 'acme', name: 'app', description: 'What the examples talk about', auto_init: true }],
    },
  })
  const [origin] = await Promise.race([once(child, 'message'), ended])
  if (typeof origin !== 'string')
    throw new Error(`The GitHub emulator ended with code ${origin} before it was ready.`)
  return {
    origin,
    token,
    revokeToken: async () => {
      child.send('revoke')
      await once(child, 'message')
    },
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

function file(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}
