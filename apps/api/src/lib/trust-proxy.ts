import { BlockList, isIP, isIPv4 } from 'node:net'
import { parseAddress } from './address.ts'

/** Whose X-Forwarded headers to trust: nobody's, that many proxies in a row, or proxies with these addresses (CIDR). */
export type TrustProxy = false | number | readonly string[]

/** Whether the address is a trusted proxy. `hop` is 0 for the address of the connection, 1 for the next one, and so on. */
export type IsTrusted = (address: string, hop: number) => boolean

/** Reads `off`, `on`, a number, or addresses and networks separated by commas. Throws a RangeError. */
export function readTrustProxy(text: string): TrustProxy {
  if (text === 'off' || text === '0') return false
  if (text === 'on') return 1
  if (/^\d{1,2}$/.test(text)) return Number(text)
  const networks = text.split(',').map((item) => item.trim())
  for (const network of networks) addNetwork(new BlockList(), network)
  return networks
}

/** Undefined if nobody is trusted. */
export function isTrustedBy(trust: TrustProxy): IsTrusted | undefined {
  if (trust === false) return undefined
  if (typeof trust === 'number') return (_address, hop) => hop < trust
  const networks = new BlockList()
  for (const network of trust) addNetwork(networks, network)
  return (address) => networks.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
}

function addNetwork(networks: BlockList, text: string): void {
  const [, written = '', prefix] = /^([\da-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? []
  const address = isIP(written) ? parseAddress(written) : undefined
  if (address === undefined) throw new RangeError(`"${text}" is neither an address nor a network`)
  const family = isIPv4(address) ? 'ipv4' : 'ipv6'
  if (prefix === undefined) networks.addAddress(address, family)
  else networks.addSubnet(address, Number(prefix), family)
}
