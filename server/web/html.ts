/**
 * HTML as a template: whatever is filled in is escaped unless it is HTML itself. Attribute values are written in
 * double quotes, where the same escapes hold.
 */

export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Nothing is printed for null, undefined and false. */
export type Filling = Html | string | number | null | undefined | false | Filling[]

export function html(texts: TemplateStringsArray, ...fillings: Filling[]): Html {
  return new Html(texts.map((text, i) => (i === 0 ? '' : print(fillings[i - 1])) + text).join(''))
}

function print(filling: Filling): string {
  if (filling === null || filling === undefined || filling === false) return ''
  if (Array.isArray(filling)) return filling.map(print).join('')
  if (filling instanceof Html) return filling.text
  return escape(String(filling))
}

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (char) => escapes[char]!)
}

// Controls, and marks that turn text around or hide it.
const invisible = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu

/** Text that a stranger chose: on one line, without what cannot be seen, and not endless. */
export function plain(text: string, most = 80): string {
  const seen = text.replace(invisible, ' ').replace(/\s+/g, ' ').trim()
  return [...seen].length > most ? `${[...seen].slice(0, most - 1).join('')}…` : seen
}
