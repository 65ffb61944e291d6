/**
 * What every page has: the document around it, who is signed in, and headers that let a browser do nothing but show
 * it and send its forms back here.
 */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Visitor } from '../sign-in/session.ts'
import { html, Html, type Filling } from './html.ts'
import { icon, stylesheet, stylesheetPath } from './stylesheet.ts'

export interface Page {
  title: string
  body: Filling
  /** null: nobody is signed in, or it does not matter here. */
  visitor: Visitor | null
  /** One question in the middle of the window; without it, the wide layout with its navigation. */
  narrow?: boolean
  /** Path of the section that is shown. */
  section?: string
  /** Where the browser goes by itself; a link on the page says the same. */
  leaveTo?: string
}

const sections: [path: string, name: string][] = [
  ['/dashboard/connections', 'Connections'],
  ['/dashboard/keys', 'Keys'],
  ['/dashboard/calls', 'Calls'],
  ['/dashboard/account', 'Account'],
]

const headers: Record<string, string> = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

export function sendPage(reply: FastifyReply, page: Page, status = 200): FastifyReply {
  return reply
    .code(status)
    .headers(headers)
    .type('text/html; charset=utf-8')
    .send(`<!doctype html>\n${documentOf(page).text}`)
}

/** After a form: the browser goes on with a GET. */
export function goTo(reply: FastifyReply, path: string): FastifyReply {
  return reply.headers(headers).redirect(path, 303)
}

/** The token that each form of a session carries. */
export function formToken(visitor: Visitor): Html {
  return html`<input type="hidden" name="form_token" value="${visitor.formToken}" />`
}

function documentOf({ title, body, visitor, narrow = false, section, leaveTo }: Page): Html {
  return html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="robots" content="noindex" />
      ${leaveTo === undefined ? null : html`<meta http-equiv="refresh" content="0; url=${leaveTo}" />`}
      <title>${title} · Skillett</title>
      <link rel="stylesheet" href="${stylesheetPath}" />
      <link rel="icon" href="/icon.svg" type="image/svg+xml" />
    </head>
    <body>
      <a class="skip" href="#content">Skip to the content</a>
      <header class="top">
        <div>
          <a class="brand" href="/">${new Html(icon)}<span>Skillett</span></a>
          ${visitor === null || narrow ? null : navigation(section)}
          ${visitor === null ? null : signedInAs(visitor)}
        </div>
      </header>
      <main id="content" class="${narrow ? 'narrow' : ''}">${body}</main>
    </body>
  </html>`
}

function navigation(section: string | undefined): Html {
  return html`<nav aria-label="Sections">
    <ul>
      ${sections.map(
        ([path, name]) =>
          html`<li>
            <a href="${path}" ${path === section ? new Html('aria-current="page"') : null}>${name}</a>
          </li>`,
      )}
    </ul>
  </nav>`
}

function signedInAs(visitor: Visitor): Html {
  return html`<div class="who">
    <span title="${visitor.email}">${visitor.email}</span>
    <form class="line" method="post" action="/sign-out">
      ${formToken(visitor)}<button class="plainly">Sign out</button>
    </form>
  </div>`
}

export function assetRoutes(app: FastifyInstance): void {
  app.get(stylesheetPath, (_request, reply) =>
    reply
      .type('text/css; charset=utf-8')
      .header('cache-control', 'public, max-age=31536000, immutable')
      .send(stylesheet),
  )
  app.get('/icon.svg', (_request, reply) =>
    reply.type('image/svg+xml').header('cache-control', 'public, max-age=86400').send(icon),
  )
}
