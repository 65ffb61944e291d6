/** Moments as people read them: how long ago, with the exact time behind it. For eyes only; nothing decides by it. */
import { html, type Html } from './html.ts'

const steps: [seconds: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [31_536_000, 'year'],
  [2_592_000, 'month'],
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
]

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

export function ago(moment: Date | null, otherwise = 'never'): Html {
  if (moment === null) return html`<span class="soft">${otherwise}</span>`
  const exact = `${moment.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return html`<time datetime="${moment.toISOString()}" title="${exact}">${distance(moment)}</time>`
}

function distance(moment: Date): string {
  const seconds = (moment.getTime() - Date.now()) / 1000
  const step = steps.find(([length]) => Math.abs(seconds) >= length)
  if (step === undefined) return seconds > 0 ? 'in a moment' : 'just now'
  return relative.format(Math.trunc(seconds / step[0]), step[1])
}
