import type { NetworkInterfaceInfo } from 'node:os'
import type { Config } from './config.ts'

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>

interface Started {
  port: number
  /** Undefined where there are no metrics. */
  metricsPort?: number | undefined
  /** Of Pollcast. */
  version: string
  /** As `os.networkInterfaces()` tells them. */
  interfaces: Interfaces
}

/** The lines that the server prints when it is ready: where it is, for whoever started it and for others, and what it keeps. */
export function announcement(config: Config, { port, metricsPort, version, interfaces }: Started): string[] {
  const scheme = config.tls ? 'https' : 'http'
  const url = `${scheme}://${hostPort(localHost(config.host), port)}`
  return [
    config.webDev ? `The API is at ${url}. Open the page at Vite's address.` : `Pollcast is at ${url}`,
    othersLine(config, `${scheme}://`, port, interfaces),
    ...(metricsPort === undefined
      ? []
      : [`Metrics are at http://${hostPort(localHost(config.host), metricsPort)}/metrics`]),
    `Version ${version}, database: ${databaseName(config.database)}`,
  ]
}

/** What others in the room can open: `localhost` is another machine on each of their phones. */
function othersLine({ host, publicUrl }: Config, scheme: string, port: number, interfaces: Interfaces): string {
  if (publicUrl) return `Others open ${publicUrl}`
  if (isEverywhere(host)) {
    const urls = networkAddresses(interfaces, host).map((address) => scheme + hostPort(address, port))
    if (urls.length > 0) return `Others in the same network open ${urls.join(' or ')}`
  } else if (!isLoopback(host)) {
    return `Others in the same network open ${scheme}${hostPort(host, port)}`
  }
  return "Others can't open it: it is reached from this machine only. Set PUBLIC_URL if a proxy passes requests on."
}

/** IPv4 first, as it is shorter to type. Without link-local ones, which browsers take no addresses of. */
function networkAddresses(interfaces: Interfaces, host: string | undefined): string[] {
  const found = Object.values(interfaces).flatMap((addresses) => addresses ?? [])
  const outward = found.filter(({ internal, address }) => !internal && !/^(fe80:|169\.254\.)/i.test(address))
  const of = (family: string) => outward.filter((entry) => entry.family === family).map(({ address }) => address)
  const ipv4 = of('IPv4')
  return ipv4.length > 0 || host === '0.0.0.0' ? ipv4 : of('IPv6')
}

const isEverywhere = (host: string | undefined): host is undefined | '0.0.0.0' | '::' =>
  host === undefined || host === '0.0.0.0' || host === '::'

const isLoopback = (host: string) => /^(localhost|127\..*|::1)$/i.test(host)

const localHost = (host: string | undefined) => (isEverywhere(host) ? 'localhost' : host)

const hostPort = (host: string, port: number) => `${host.includes(':') ? `[${host}]` : host}:${port}`

/** Without user and password. */
function databaseName(database: Config['database']): string {
  if ('path' in database) return `SQLite, ${database.path}`
  const { host, pathname } = new URL(database.url)
  return `PostgreSQL, ${host}${decodeURI(pathname)}`
}
