/**
 * The system's keychain, through the program that comes with it: `security` on macOS, `secret-tool` where a desktop
 * session runs. A key goes in on stdin and never as an argument.
 */

import type { Context } from './context.ts'

interface Tool {
  isThere: (context: Context) => boolean
  store: (url: string, key: string) => [args: string[], input: string]
  read: (url: string) => string[]
  remove: (url: string) => string[]
}

const service = 'skillett'

const tools: Record<string, Tool> = {
  security: {
    isThere: ({ platform }) => platform === 'darwin',
    // In its interactive mode it takes commands from stdin. Neither text holds a quote or a backslash.
    store: (url, key) => [['-i'], `add-generic-password -U -s ${service} -a "${url}" -w "${key}"\n`],
    read: (url) => ['find-generic-password', '-s', service, '-a', url, '-w'],
    remove: (url) => ['delete-generic-password', '-s', service, '-a', url],
  },
  'secret-tool': {
    isThere: ({ platform, env }) => platform === 'linux' && Boolean(env['DBUS_SESSION_BUS_ADDRESS']),
    store: (url, key) => [['store', `--label=Skillett (${url})`, 'service', service, 'account', url], key],
    read: (url) => ['lookup', 'service', service, 'account', url],
    remove: (url) => ['clear', 'service', service, 'account', url],
  },
}

/** @returns whether the keychain holds the key now */
export function storeInKeychain(url: string, key: string, context: Context): boolean {
  const [command, tool] = find(context)
  if (tool === undefined || /["\\]/.test(url + key)) return false
  context.runTool(command, ...tool.store(url, key))
  return readKeychain(url, context) === key
}

export function readKeychain(url: string, context: Context): string | undefined {
  const [command, tool] = find(context)
  if (tool === undefined) return undefined
  const { code, stdout } = context.runTool(command, tool.read(url))
  return code === 0 && stdout.trim() !== '' ? stdout.trim() : undefined
}

export function removeFromKeychain(url: string, context: Context) {
  const [command, tool] = find(context)
  if (tool !== undefined) context.runTool(command, tool.remove(url))
}

function find(context: Context): [string, Tool | undefined] {
  return Object.entries(tools).find(([, tool]) => tool.isThere(context)) ?? ['', undefined]
}
