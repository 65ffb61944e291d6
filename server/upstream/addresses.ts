/**
 * Which network addresses an upstream may have: global unicast only, plus what the operator allows by name.
 * Cloud metadata services are refused even then.
 */
import { BlockList, isIP } from 'node:net'

/** IANA special-purpose registries (RFC 6890 and successors): everything that is not global unicast. */
const special: [string, number, 'ipv4' | 'ipv6'][] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  // 2000::/3 is global unicast; inside it these are not.
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['3fff::', 20, 'ipv6'],
]

/** Instance metadata of the clouds, link-local or not. */
const metadata: [string, 'ipv4' | 'ipv6'][] = [
  ['169.254.169.254', 'ipv4'],
  ['169.254.170.2', 'ipv4'],
  ['169.254.170.23', 'ipv4'],
  ['100.100.100.200', 'ipv4'],
  ['168.63.129.16', 'ipv4'],
  ['192.0.0.192', 'ipv4'],
  ['fd00:ec2::254', 'ipv6'],
  ['fd00:ec2::23', 'ipv6'],
  ['fd20:ce::254', 'ipv6'],
]

const refused = new BlockList()
for (const [net, bits, family] of special) refused.addSubnet(net, bits, family)

const always = new BlockList()
for (const [address, family] of metadata) always.addAddress(address, family)

const globalSix = new BlockList()
globalSix.addSubnet('2000::', 3, 'ipv6')

/** Says whether an address in its usual notation may be connected to. */
export type AddressCheck = (address: string) => boolean

/**
 * @param allowed CIDRs or addresses of private upstreams
 * @throws Error naming the entry that is not one
 */
export function makeAddressCheck(allowed: string[]): AddressCheck {
  const named = new BlockList()
  for (const cidr of allowed) {
    const [address = '', bits, ...rest] = cidr.split('/')
    const version = isIP(address)
    const most = version === 4 ? 32 : 128
    const length = bits === undefined ? most : Number(bits)
    if (version === 0 || rest.length > 0 || !/^\d{1,3}$/.test(bits ?? '0') || length > most)
      throw new Error(`SKILLETT_ALLOW_UPSTREAMS: "${cidr}" is not a CIDR such as 10.1.0.0/16`)
    named.addSubnet(address, length, version === 4 ? 'ipv4' : 'ipv6')
  }
  return (text) => {
    const address = unmapped(text)
    const version = isIP(address)
    if (version === 0) return false
    const family = version === 4 ? 'ipv4' : 'ipv6'
    if (always.check(address, family) || (version === 6 && carriesMetadata(address))) return false
    if (named.check(address, family)) return true
    return !refused.check(address, family) && (version === 4 || globalSix.check(address, family))
  }
}

/** Translators (RFC 6052, 7915, 3056, 4291) deliver these to the IPv4 address in them. */
const carriers = [/^64:ff9b::(\w+):(\w+)$/, /^::ffff:0:(\w+):(\w+)$/, /^2002:(\w+):(\w+):/, /^::(\w+):(\w+)$/]

function carriesMetadata(canonical: string): boolean {
  const match = carriers.map((carrier) => carrier.exec(canonical)).find((found) => found !== null)
  return match != null && always.check(dotted(match[1]!, match[2]!), 'ipv4')
}

/** ::ffff:127.0.0.1 and ::ffff:7f00:1 are 127.0.0.1. */
function unmapped(address: string): string {
  if (isIP(address) !== 6) return address
  const canonical = new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1)
  const match = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical)
  return match === null ? canonical : dotted(match[1]!, match[2]!)
}

/** Two groups of an IPv6 address as an IPv4 address. */
function dotted(first: string, second: string): string {
  const [high, low] = [parseInt(first, 16), parseInt(second, 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
