import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import type { TrustProxy } from '../lib/trust-proxy.ts'
import { Proxies } from './proxies.ts'

const requestFrom = (remoteAddress: string | undefined, headers: Record<string, string> = {}) =>
  ({ socket: { remoteAddress }, headers }) as unknown as IncomingMessage

const addressOf = (trust: TrustProxy, peer: string, forwarded?: string) =>
  new Proxies(trust).address(requestFrom(peer, forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }))

test.each<[string, TrustProxy, string, string | undefined, string]>([
  ['nobody is trusted', false, '192.0.2.1', '198.51.100.1', '192.0.2.1'],
  ['nobody is trusted, and the connection is IPv4 in IPv6', false, '::ffff:192.0.2.1', undefined, '192.0.2.1'],
  ['one proxy is', 1, '10.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['one proxy is, and the client wrote something before it', 1, '10.0.0.1', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
  ['one proxy is, and it says nothing', 1, '10.0.0.1', undefined, '10.0.0.1'],
  ['one proxy is, and it tells the port', 1, '10.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
  ['one proxy is, and what it says is none', 1, '10.0.0.1', '198.51.100.1, junk-1', '10.0.0.1'],
  ['two are', 2, '10.0.0.1', '1.1.1.1, 198.51.100.1, 10.0.0.2', '198.51.100.1'],
  ['two are, and one was passed by', 2, '10.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['two are, and what the outer one says is none', 2, '10.0.0.1', 'junk, 10.0.0.2', '10.0.0.2'],
  ['a network is, and the connection comes from elsewhere', ['10.0.0.0/8'], '192.0.2.1', '1.1.1.1', '192.0.2.1'],
  ['a network is', ['10.0.0.0/8'], '::ffff:10.0.0.1', '1.1.1.1, 198.51.100.1, 10.2.0.2', '198.51.100.1'],
  ['networks are', ['127.0.0.1', 'fd00::/8'], '127.0.0.1', '1.1.1.1, 2001:DB8::1, fd00::2', '2001:db8::1'],
  ['a network is, and all who passed it on are in it', ['10.0.0.0/8'], '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
])('where %s, the client is who it really is', (_, trust, peer, forwarded, address) => {
  expect(addressOf(trust, peer, forwarded)).toBe(address)
})

test('a connection that is closed already has no address', () => {
  expect(new Proxies(1).address(requestFrom(undefined))).toBe('')
  expect(new Proxies(['10.0.0.0/8']).address(requestFrom(undefined))).toBe('')
})

const headers = {
  host: 'inside:3000',
  'x-forwarded-for': '1.1.1.1, 198.51.100.1',
  'x-forwarded-proto': 'http, https',
  'x-forwarded-host': 'evil.example.org, Polls.example.com',
}

test.each<[string, TrustProxy, string, string, string]>([
  ['nobody', false, '10.0.0.1', 'http', 'inside:3000'],
  ['one proxy', 1, '10.0.0.1', 'https', 'polls.example.com'],
  ['a network', ['10.0.0.0/8'], '10.0.0.1', 'https', 'polls.example.com'],
  ['a network that is not asking', ['10.0.0.0/8'], '192.0.2.1', 'http', 'inside:3000'],
])('protocol and host are those that %s tells', (_, trust, peer, protocol, host) => {
  const proxies = new Proxies(trust)
  const request = requestFrom(peer, headers)
  expect([proxies.protocol(request), proxies.host(request)]).toEqual([protocol, host])
})

test('a proxy that is trusted and says nothing leaves protocol and host as they are', () => {
  const proxies = new Proxies(1)
  const request = requestFrom('10.0.0.1', { host: 'polls.example.com' })
  expect([proxies.protocol(request), proxies.host(request)]).toEqual(['http', 'polls.example.com'])
})

test.each([
  ['https://polls.example.com', 'polls.example.com', undefined, 'https'],
  ['https://polls.example.com', '192.0.2.7:3000', undefined, 'http'],
  ['https://polls.example.com', 'polls.example.com', 'http', 'http'],
  ['http://polls.example.com', 'polls.example.com', undefined, 'http'],
])('with PUBLIC_URL=%s, asked for %s, where the proxy says %s, it is %s', (publicOrigin, host, said, protocol) => {
  const headers = { host, 'x-forwarded-for': '198.51.100.1', ...(said && { 'x-forwarded-proto': said }) }
  expect(new Proxies(1, publicOrigin).protocol(requestFrom('10.0.0.1', headers))).toBe(protocol)
})
