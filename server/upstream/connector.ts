/**
 * How sockets to upstreams are opened: the name is resolved once, every address is checked, and the connection
 * goes to the very address that was checked. Literal addresses take the same way, in whatever spelling.
 */
import { lookup } from 'node:dns'
import { isIP } from 'node:net'
import { buildConnector } from 'undici'
import type { AddressCheck } from './addresses.ts'

/** Refused before a connection was tried. */
export class AddressRefused extends Error {}

const connectMs = 5_000

export function makeConnector(isAllowed: AddressCheck): buildConnector.connector {
  const connect = buildConnector({ timeout: connectMs })
  return (options, callback) => {
    // undici gives the hostname of the URL, in which WHATWG rules have already undone odd spellings.
    const host = options.hostname.replace(/^\[(.*)\]$/, '$1')
    resolve(host, (error, addresses) => {
      if (error !== null) return callback(error, null)
      const address = addresses.find(isAllowed)
      if (address === undefined)
        return callback(
          new AddressRefused('its address is private, and not one that the operator allows'),
          null,
        )
      connect(
        { ...options, hostname: address, host: address, servername: servername(options, host) },
        callback,
      )
    })
  }
}

function resolve(host: string, callback: (error: Error | null, addresses: string[]) => void): void {
  if (isIP(host) !== 0) return callback(null, [host])
  lookup(host, { all: true, verbatim: false }, (error, found) =>
    callback(error, error === null ? found.map((entry) => entry.address) : []),
  )
}

/** TLS checks the certificate against the name, not the address. Empty for literal addresses (RFC 6066). */
function servername(options: buildConnector.Options, host: string): string {
  return options.servername ?? (isIP(host) === 0 ? host : '')
}
