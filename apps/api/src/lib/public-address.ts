import ipaddr from 'ipaddr.js'

/**
 * Whether the address is one of the internet's: not this machine, a private or local network, or one that has another use
 * (IANA's registries of special-purpose addresses). An IPv4 address within an IPv6 one counts as itself.
 *
 * @param address without brackets and zone
 */
export const isPublicAddress = (address: string): boolean =>
  ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast'
