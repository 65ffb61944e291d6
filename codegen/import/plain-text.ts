/**
 * A vendor's prose → one short line that is safe in YAML, in markdown and in a terminal. Nothing of it can end a
 * block, hide from a reader or carry markup.
 */

/** Longer input is not even looked at. */
const maxInput = 20_000

/** Controls, marks that are not seen, and what turns the writing around. */
const unseen =
  /[\u0000-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFF\u{E0000}-\u{E0FFF}]/gu

export function cleanText(value: unknown, limit: number): string {
  if (typeof value !== 'string') return ''
  const text = value
    .slice(0, maxInput)
    .toWellFormed()
    .replaceAll(/<[^<>]{0,500}>/g, ' ')
    .replaceAll(/!?\[([^[\]]{0,500})\]\([^()]{0,1000}\)/g, '$1')
    .replaceAll(/^[ \t]*>[ \t]?(\[![A-Z]+\])?/gm, '')
    .replaceAll(/[`*]+/g, '')
    .replaceAll(/(?<=^|[\s(])_+(?=\S)|(?<=\S)_+(?=$|[\s).,:;])/g, '')
    .replaceAll(/[\r\n\t]+/g, ' ')
    .replaceAll(unseen, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/-{3,}/g, '—')
    .trim()
  return clipText(text, limit)
}

/** At the end of a sentence where one ends in the second half, else at a word. */
export function clipText(text: string, limit: number): string {
  if (text.length <= limit) return text
  const cut = text
    .slice(0, limit - 1)
    .toWellFormed()
    .replace(/\uFFFD$/, '')
  const sentence = cut.search(/[.!?] (?!.*[.!?] )/)
  if (sentence > limit / 2) return cut.slice(0, sentence + 1)
  const word = cut.lastIndexOf(' ')
  return `${cut.slice(0, word > limit / 2 ? word : cut.length).trimEnd()}…`
}

export function firstSentence(text: string): string {
  return /^.{20,}?[.!?](?= |$)/.exec(text)?.[0] ?? text
}

/** Clean text as markdown that shows exactly these characters. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>#|~&]/g, '\\$&')
}

/** An https address that needs no escaping anywhere. */
export function plainUrl(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= 500 && /^https:\/\/[\w.~/#?&=%+:-]+$/.test(value)
    ? value
    : undefined
}
