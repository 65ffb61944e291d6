/** Written quantities → numbers, and names → titles. */

const milliseconds: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
const bytes: Record<string, number> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }

/** `30s` → 30000. The shape check has already refused anything else. */
export function readDuration(text: string): number {
  const [, amount = '0', unit = 'ms'] = /^([0-9]+)([a-z]+)$/.exec(text) ?? []
  return Number(amount) * (milliseconds[unit] ?? 1)
}

/** `10MiB` → 10485760. */
export function readSize(text: string): number {
  const [, amount = '0', unit = 'B'] = /^([0-9]+)([A-Za-z]+)$/.exec(text) ?? []
  return Number(amount) * (bytes[unit] ?? 1)
}

/** `create_issue` → `Create issue`. */
export function titleOf(name: string): string {
  const words = name.replaceAll(/[_-]+/g, ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** The names in `{braces}` of a template. */
export function holesOf(template: string): string[] {
  return [...template.matchAll(/\{([a-z][A-Za-z0-9_]*)\}/g)].map((found) => found[1]!)
}
