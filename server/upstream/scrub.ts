/**
 * Looks for a secret's value in an upstream's answer, in every common encoding, and blanks it.
 * Exact values, not shapes: token formats change, the value of this token does not.
 */

const blank = '[redacted]'
/** Shorter texts occur by chance. */
const shortest = 8

/**
 * The texts under which a secret may come back, as bytes (latin1). A secret is ASCII (connecting.ts sees to that).
 */
export function needlesOf(secret: string): string[] {
  if (secret.length < shortest) return []
  const forms = [secret]
  const add = (form: string): void => void (forms.includes(form) || forms.push(form))
  add(JSON.stringify(secret).slice(1, -1))
  for (const form of percentForms(secret)) {
    add(form)
    add(form.replace(/%../g, lowerCase))
  }
  const bytes = Buffer.from(secret, 'latin1')
  const hex = bytes.toString('hex')
  forms.push(hex, hex.toUpperCase())
  for (let offset = 0; offset < 3; offset += 1) {
    const form = base64Form(bytes, offset)
    forms.push(form)
    if (/[+/]/.test(form)) forms.push(form.replaceAll('+', '-').replaceAll('/', '_'))
  }
  return forms
}

/** As URLs have it, as forms have it, and as RFC 3986 has it to the letter. */
function percentForms(secret: string): string[] {
  const encoded = encodeURIComponent(secret)
  const form = new URLSearchParams([['', secret]]).toString().slice(1)
  return [
    encoded,
    form,
    encoded.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`),
  ]
}

function lowerCase(text: string): string {
  return text.toLowerCase()
}

/** The body without any of the needles. The same buffer when there is none, which is the rule. */
export function scrub(body: Buffer, needles: string[]): Buffer {
  let clean = body
  for (const needle of needles) if (clean.includes(needle, 0, 'latin1')) clean = replaceAll(clean, needle)
  return clean
}

const padding = [Buffer.alloc(0), Buffer.alloc(1), Buffer.alloc(2)]

/**
 * Base64 of the secret inside a longer text begins at one of three offsets; the characters that share bits with
 * neighbours are left out.
 */
function base64Form(bytes: Buffer, offset: number): string {
  const padded = offset === 0 ? bytes : Buffer.concat([padding[offset]!, bytes])
  const first = Math.ceil((offset * 8) / 6)
  const last = Math.floor((padded.length * 8) / 6)
  return padded.toString('base64').slice(first, last)
}

function replaceAll(body: Buffer, needle: string): Buffer {
  const parts: Buffer[] = []
  let from = 0
  for (let at = body.indexOf(needle, 0, 'latin1'); at >= 0; at = body.indexOf(needle, from, 'latin1')) {
    parts.push(body.subarray(from, at), Buffer.from(blank))
    from = at + needle.length
  }
  return Buffer.concat([...parts, body.subarray(from)])
}
