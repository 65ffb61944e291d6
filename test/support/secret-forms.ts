/** The forms in which a secret may come out somewhere, for tests that look for it. Written apart from what blanks them. */

/** Each with a name for the failure's message. */
export function formsOf(secret: string): [form: string, text: string][] {
  const bytes = Buffer.from(secret)
  const form = new URLSearchParams([['', secret]]).toString().slice(1)
  return [
    ['plain', secret],
    ['JSON', JSON.stringify(secret).slice(1, -1)],
    ['URL', encodeURIComponent(secret)],
    ['URL in lower case', encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
    ['form', form],
    ['hex', bytes.toString('hex')],
    ['HEX', bytes.toString('hex').toUpperCase()],
    ...[0, 1, 2].flatMap((offset): [string, string][] => {
      const padded = Buffer.concat([Buffer.alloc(offset), bytes])
      const [from, to] = [Math.ceil((offset * 8) / 6), Math.floor((padded.length * 8) / 6)]
      return [
        [`base64 at ${offset}`, padded.toString('base64').slice(from, to)],
        [`base64url at ${offset}`, padded.toString('base64url').slice(from, to)],
      ]
    }),
  ]
}

/** Where which secret stands in which form: `name (form)`, or nothing. */
export function findSecrets(text: string, secrets: Map<string, string>): string[] {
  const found: string[] = []
  for (const [name, secret] of secrets) {
    const forms = formsOf(secret).filter(([, needle]) => needle.length >= 8 && text.includes(needle))
    found.push(...forms.map(([form]) => `${name} (${form})`))
  }
  return found
}
