/** A browser as the server sees it, without its screen: a cookie jar, and forms sent as their page would send them. */
import assert from 'node:assert/strict'
import { hashToken, newToken } from '../../server/sign-in/token.ts'
import type { Person, Serving } from './serving.ts'

export interface PageAnswer {
  status: number
  headers: Headers
  text: string
}

export interface Visitor {
  cookies: Map<string, string>
  get(path: string, headers?: Record<string, string>): Promise<PageAnswer>
  post(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<PageAnswer>
  /** Posts with the form token of `page`. */
  submit(page: string, path: string, fields?: Record<string, string>): Promise<PageAnswer>
}

export function newVisitor(url: string): Visitor {
  const cookies = new Map<string, string>()
  const ask = async (path: string, init: RequestInit): Promise<PageAnswer> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { accept: 'text/html,*/*;q=0.8', ...(cookie === '' ? {} : { cookie }), ...init.headers }
    const answer = await fetch(url + path, { ...init, headers, redirect: 'manual' })
    for (const line of answer.headers.getSetCookie()) {
      const [pair] = line.split(';')
      const at = pair!.indexOf('=')
      if (/Max-Age=0/.test(line)) cookies.delete(pair!.slice(0, at))
      else cookies.set(pair!.slice(0, at), pair!.slice(at + 1))
    }
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  }
  const visitor: Visitor = {
    cookies,
    get: (path, headers = {}) => ask(path, { headers }),
    post: (path, fields, headers = { 'sec-fetch-site': 'same-origin' }) =>
      ask(path, { method: 'POST', body: new URLSearchParams(fields), headers }),
    async submit(page, path, fields = {}) {
      const shown = await visitor.get(page)
      return visitor.post(path, { form_token: readFormToken(shown.text), ...fields })
    },
  }
  return visitor
}

export function readFormToken(text: string): string {
  const token = /name="form_token"\s+value="([^"]+)"/.exec(text)?.[1]
  assert.ok(token !== undefined, `no form token in ${text.slice(0, 400)}`)
  return token
}

/** Path of a fresh one-time link, as the operator's command makes it. */
export async function makeLink({ sql }: Serving, person: Pick<Person, 'profileId'>): Promise<string> {
  const token = newToken()
  await sql`
    insert into sign_in_links (token_hash, profile_id, expires_at)
    values (${hashToken(token)}, ${person.profileId}, now() + interval '1 hour')`
  return `/sign-in/link/${token}`
}

/** A browser in which this person is signed in. */
export async function signIn(serving: Serving, person: Pick<Person, 'profileId'>): Promise<Visitor> {
  const visitor = newVisitor(serving.url)
  const answer = await visitor.post(await makeLink(serving, person), {})
  assert.equal(answer.status, 303, answer.text)
  return visitor
}
