/** Opening a page in the user's browser, where there is one in front of them. */

import type { Context } from './context.ts'

/** @returns whether a browser was started; whether it shows anything is not known */
export function openPage(page: string, context: Context): boolean {
  const command = findBrowser(context)
  if (command === undefined || !/^https?:\/\//.test(page)) return false
  const [program = '', ...words] = command.split(/\s+/)
  const args = words.some((word) => word.includes('%s'))
    ? words.map((word) => word.replace('%s', page))
    : [...words, page]
  context.startTool(program, args)
  return true
}

/** Nobody looks at a browser of a build, of a machine without a display, or at the far end of a connection. */
function findBrowser({ env, platform, isTerminal }: Context): string | undefined {
  if (env['CI'] || !isTerminal('stdin') || !isTerminal('stderr')) return undefined
  const [chosen] = (env['BROWSER'] ?? '').split(':')
  if (chosen) return chosen
  if (env['SSH_CONNECTION'] || env['SSH_TTY']) return undefined
  if (platform === 'darwin') return 'open'
  if (platform === 'win32') return 'rundll32 url.dll,FileProtocolHandler'
  return env['DISPLAY'] || env['WAYLAND_DISPLAY'] ? 'xdg-open' : undefined
}
