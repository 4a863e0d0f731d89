import { isIP, isIPv4 } from 'node:net'
import ipaddr from 'ipaddr.js'

/**
 * Returns the one spelling of an IP address: without port, brackets and zone, and as IPv4 if it is mapped into IPv6
 * (::ffff:192.0.2.1). Undefined if the text is not an address.
 */
export function parseAddress(text: string): string | undefined {
  if (isIPv4(text)) return text
  const [, bracketed, withPort] = /^(?:\[(.+)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/.exec(text) ?? []
  const address = bracketed ?? withPort ?? text
  if (isIP(address) === 0) return undefined
  return ipaddr.process(address.replace(/%.*/, '')).toString()
}

/**
 * The network of one client: an IPv4 address, or the /64 of an IPv6 address, in which one machine can use any address
 * (RFC 4291, section 2.5.1; RFC 8981).
 *
 * @param address as `parseAddress` spells it
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address
  const [a, b, c, d] = ipaddr.IPv6.parse(address).parts.map((part) => part.toString(16))
  return `${a}:${b}:${c}:${d}::/64`
}
