/**
 * JSON without loss: numbers are kept as the digits that were written, so that 12345678901234567890 leaves as it
 * came, and objects are Maps, so that a key called "__proto__" is a key like any other. Duplicate keys are refused,
 * because two readers of one document would disagree about its meaning.
 */

export class JsonNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type Json = string | boolean | null | JsonNumber | Json[] | JsonObject
export type JsonObject = Map<string, Json>

/** What is wrong with a JSON text, and the offset at which it was seen. The message never quotes the text. */
export class JsonMistake extends Error {
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

export const numberPattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const plainPattern = /[^"\\\u0000-\u001f]*/y
const spacePattern = /[ \t\n\r]*/y
const depthLimit = 128
const escapes: Record<string, string> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/** Throws {@link JsonMistake}. */
export function parseJson(text: string): Json {
  const reader = new Reader(text)
  const value = reader.readValue(0)
  reader.skipSpace()
  if (reader.at < text.length) throw new JsonMistake('something follows the end of the document', reader.at)
  return value
}

class Reader {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  skipSpace() {
    this.match(spacePattern)
  }

  readValue(depth: number): Json {
    if (depth > depthLimit) throw new JsonMistake(`it is nested deeper than ${depthLimit}`, this.at)
    this.skipSpace()
    const first = this.text[this.at]
    if (first === '{') return this.readObject(depth)
    if (first === '[') return this.readArray(depth)
    if (first === '"') return this.readString()
    for (const [word, value] of words) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length
        return value
      }
    }
    const digits = this.match(numberPattern)
    if (digits === '') throw new JsonMistake('a value is missing or not valid', this.at)
    return new JsonNumber(digits)
  }

  readObject(depth: number): JsonObject {
    const entries: JsonObject = new Map()
    this.readList('}', () => {
      const start = this.at
      if (this.text[this.at] !== '"') throw new JsonMistake('a key in double quotes is missing', this.at)
      const key = this.readString()
      if (entries.has(key)) throw new JsonMistake('a key stands twice in one object', start)
      this.skipSpace()
      this.expect(':')
      entries.set(key, this.readValue(depth + 1))
    })
    return entries
  }

  readArray(depth: number): Json[] {
    const items: Json[] = []
    this.readList(']', () => items.push(this.readValue(depth + 1)))
    return items
  }

  readList(close: string, readOne: () => void) {
    this.at++
    this.skipSpace()
    if (this.text[this.at] === close) {
      this.at++
      return
    }
    for (;;) {
      this.skipSpace()
      readOne()
      this.skipSpace()
      if (this.text[this.at] === close) break
      this.expect(',')
    }
    this.at++
  }

  readString(): string {
    let value = ''
    this.at++
    for (;;) {
      value += this.match(plainPattern)
      const next = this.text[this.at]
      if (next === '"') break
      if (next !== '\\')
        throw new JsonMistake('a string is not closed or holds a bare control character', this.at)
      value += this.readEscape()
    }
    this.at++
    return value
  }

  readEscape(): string {
    const letter = this.text[this.at + 1] ?? ''
    if (letter === 'u') {
      const digits = this.text.slice(this.at + 2, this.at + 6)
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new JsonMistake('an escape is not valid', this.at)
      this.at += 6
      return String.fromCharCode(Number.parseInt(digits, 16))
    }
    const character = escapes[letter]
    if (character === undefined) throw new JsonMistake('an escape is not valid', this.at)
    this.at += 2
    return character
  }

  expect(character: string) {
    if (this.text[this.at] !== character) throw new JsonMistake(`"${character}" is missing`, this.at)
    this.at++
  }

  match(pattern: RegExp): string {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0] ?? ''
    this.at += found.length
    return found
  }
}

const words: [string, boolean | null][] = [
  ['true', true],
  ['false', false],
  ['null', null],
]

/** One line, no spaces. Lone surrogates come out as escapes. */
export function printJson(value: Json): string {
  if (value instanceof JsonNumber) return value.text
  if (Array.isArray(value)) return `[${value.map(printJson).join(',')}]`
  if (value instanceof Map) {
    return `{${[...value].map(([key, entry]) => `${JSON.stringify(key)}:${printJson(entry)}`).join(',')}}`
  }
  return JSON.stringify(value)
}

// Control characters, and characters that hide or reorder text: C0 (in strings JSON has escaped it already), DEL,
// C1, soft hyphen, zero-width, bidi, tags.
const hidden =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g

/** Writes what a terminal would obey or hide as `\u` escapes. Of valid JSON it makes equal JSON. */
export function escapeHidden(json: string): string {
  return json.replace(hidden, (found) =>
    [...Array(found.length).keys()]
      .map((i) => `\\u${found.charCodeAt(i).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

/** Lays valid JSON text out on lines without reading its numbers. Bare control characters are dropped. */
export function indentJson(text: string): string {
  let out = ''
  let depth = 0
  const tokens = text.match(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? []
  tokens.forEach((token, i) => {
    const next = tokens[i + 1]
    if (token === '{' || token === '[') {
      if (next === '}' || next === ']') out += token
      else out += `${token}\n${'  '.repeat(++depth)}`
    } else if (token === '}' || token === ']') {
      const opened = tokens[i - 1]
      if (opened !== '{' && opened !== '[') out += `\n${'  '.repeat(Math.max(0, --depth))}`
      out += token
    } else if (token === ',') out += `,\n${'  '.repeat(depth)}`
    else if (token === ':') out += ': '
    else out += token
  })
  return escapeHidden(out.replace(/[\u0000-\u0009\u000b-\u001f]/g, ''))
}
