/** Times as people write them. */

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `500ms`, `30s`, `2m`, `1h`, `30d`; a bare number is seconds. In milliseconds; undefined when it is none of them. */
export function readDuration(text: string): number | undefined {
  const [, digits, unit = 's'] = /^(\d{1,6})(ms|s|m|h|d)?$/.exec(text) ?? []
  const duration = Number(digits) * units[unit]!
  return duration > 0 ? duration : undefined
}
