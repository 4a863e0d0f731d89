import { isIP } from 'node:net'

/** What is wrong with a HOST, and what was meant; undefined where nothing is. */
export function hostProblem(host: string): string | undefined {
  if (host.includes('://'))
    return `must be an address alone: leave out ${host.split('://')[0]}:// and what comes after the host`
  const [, inBrackets, port] = /^\[([^\]]*)\](?::(\d*))?$/.exec(host) ?? []
  if (port !== undefined)
    return `must be an address alone: set HOST to ${inBrackets}, and PORT to ${port || 'its port'}`
  if (inBrackets !== undefined) return `must be an address without brackets: ${inBrackets}`
  if (host === '*') return 'must be an address: leave HOST out for all interfaces'
  if (isIP(host)) return undefined
  const [, name, after] = /^([^:]+):(\d*)$/.exec(host) ?? []
  if (name !== undefined) return `must be an address alone: set HOST to ${name}, and PORT to ${after || 'its port'}`
  if (host.includes('/')) return 'must be one address: no path, and no network such as 10.0.0.0/8'
  // A name's last part is never a number, so this was to be an address.
  if (/^[\d.]+$/.test(host) || host.includes(':')) return `${host} is not an IP address`
  if (!/^(?=.{1,253}$)[\w-]{1,63}(\.[\w-]{1,63})*\.?$/.test(host))
    return `${host} is neither an IP address nor a host's name`
  return undefined
}
