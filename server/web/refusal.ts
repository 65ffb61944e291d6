/** What a page refuses, told as a page. Faults of the HTTP interface become one too when a browser asks. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { faults } from '#generated/errors.ts'
import { Fault } from '../fault.ts'
import { html } from './html.ts'
import { sendPage } from './page.ts'

/** Thrown by pages; the text is for the person in front of the browser. */
export class PageRefusal extends Error {
  readonly status: number
  readonly title: string
  /** Where they can go on: a path of ours and what the link says. */
  readonly way: { path: string; text: string }

  constructor(status: number, title: string, text: string, way?: PageRefusal['way']) {
    super(text)
    this.status = status
    this.title = title
    this.way = way ?? { path: '/dashboard', text: 'To the start page' }
  }
}

/** A form that did not come from a page of ours. */
export function foreignForm(): PageRefusal {
  return new PageRefusal(
    403,
    'This form did not come from here',
    'It was not sent by a page of this gateway in your session, or the page was too old. Nothing was changed. Open the page again and repeat it there, over https or on this machine.',
  )
}

/** Too many tries; the wait is told in minutes. */
export function tooManyTries(waitMs: number, path: string): PageRefusal {
  const minutes = Math.max(1, Math.ceil(waitMs / 60_000))
  return new PageRefusal(
    429,
    'Too many tries',
    `Wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`}, then try again.`,
    { path, text: 'Back' },
  )
}

/** Whether the one who asks would rather see a page than JSON. */
export function prefersPage({ headers }: FastifyRequest): boolean {
  const wanted = String(headers.accept ?? '').toLowerCase()
  const html = wanted.indexOf('text/html')
  const json = wanted.indexOf('application/json')
  return html >= 0 && (json < 0 || html < json)
}

export function sendRefusal(reply: FastifyReply, refusal: PageRefusal | Fault, requestId: string): void {
  const told = refusal instanceof Fault ? tell(refusal) : refusal
  const body = html`<section class="card">
    <h1>${told.title}</h1>
    <p>${told.message}</p>
    <p><a class="button" href="${told.way.path}">${told.way.text}</a></p>
    <p class="soft small">Request <span class="mono">${requestId}</span></p>
  </section>`
  sendPage(reply, { title: told.title, body, visitor: null, narrow: true }, told.status)
}

const titles: Record<number, string> = {
  400: 'That was not understood',
  401: 'Sign in first',
  403: 'That is not allowed',
  404: 'There is nothing here',
  409: 'That conflicts with what is there',
}

function tell(fault: Fault): PageRefusal {
  const title = titles[fault.status] ?? 'Something went wrong'
  const hint = fault.status >= 500 ? ` ${faults[fault.code].hint}` : ''
  return new PageRefusal(fault.status, title, `${fault.message}${hint}`)
}
