/**
 * Looks for a secret's value in an upstream's answer, in every common encoding, and blanks it.
 * Exact values, not shapes: token formats change, the value of this token does not.
 */

const blank = '[redacted]'
/** Shorter texts occur by chance. */
const shortest = 8

/** The byte sequences under which a secret may come back. Make once a secret. */
export function needlesOf(secret: string): Buffer[] {
  if (secret.length < shortest) return []
  const bytes = Buffer.from(secret)
  const forms = new Set<string>([secret, JSON.stringify(secret).slice(1, -1)])
  for (const form of percentForms(secret)) forms.add(form).add(form.replace(/%../g, lowerCase))
  const hex = bytes.toString('hex')
  forms.add(hex).add(hex.toUpperCase())
  for (const encoding of ['base64', 'base64url'] as const)
    for (const form of base64Forms(bytes, encoding)) forms.add(form)
  return [...forms].sort((a, b) => b.length - a.length).map((form) => Buffer.from(form))
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

/** The text without any of the needles. The same buffer when there is none, which is the rule. */
export function scrub(body: Buffer, needles: Buffer[]): Buffer {
  let clean = body
  for (const needle of needles) if (clean.includes(needle)) clean = replaceAll(clean, needle)
  return clean
}

/**
 * Base64 of the secret inside a longer text begins at one of three offsets; the characters that neighbours
 * share bits with are left out.
 */
function base64Forms(bytes: Buffer, encoding: 'base64' | 'base64url'): string[] {
  return [0, 1, 2].map((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes])
    const first = Math.ceil((offset * 8) / 6)
    const last = Math.floor((padded.length * 8) / 6)
    return padded.toString(encoding).slice(first, last)
  })
}

function replaceAll(body: Buffer, needle: Buffer): Buffer {
  const parts: Buffer[] = []
  let from = 0
  for (let at = body.indexOf(needle); at >= 0; at = body.indexOf(needle, from)) {
    parts.push(body.subarray(from, at), Buffer.from(blank))
    from = at + needle.length
  }
  return Buffer.concat([...parts, body.subarray(from)])
}
