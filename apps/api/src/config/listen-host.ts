import { isIP } from 'node:net'

/** Says what is wrong with a HOST and what may be meant; undefined if it is valid. */
export function hostProblem(host: string): string | undefined {
  if (host.includes('://'))
    return `must be only an address: leave out ${host.split('://')[0]}:// and everything after the host`
  const [, inBrackets, port] = /^\[([^\]]*)\](?::(\d*))?$/.exec(host) ?? []
  if (port !== undefined) return `must be only an address: set HOST to ${inBrackets}, and PORT to ${port || 'its port'}`
  if (inBrackets !== undefined) return `must be an address without brackets: ${inBrackets}`
  if (host === '*') return 'must be an address: leave HOST out for all interfaces'
  if (isIP(host)) return undefined
  const [, name, after] = /^([^:]+):(\d*)$/.exec(host) ?? []
  if (name !== undefined) return `must be only an address: set HOST to ${name}, and PORT to ${after || 'its port'}`
  if (host.includes('/')) return 'must be one address: no path, and no network such as 10.0.0.0/8'
  // The last part of a host name is never a number, so this is meant to be an address.
  if (/^[\d.]+$/.test(host) || host.includes(':')) return `${host} is not an IP address`
  if (!/^(?=.{1,253}$)[\w-]{1,63}(\.[\w-]{1,63})*\.?$/.test(host))
    return `${host} is neither an IP address nor a host name`
  return undefined
}
