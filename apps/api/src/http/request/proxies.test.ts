import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import type { TrustProxy } from '../../lib/trust-proxy.ts'
import { Proxies } from './proxies.ts'

const requestFrom = (remoteAddress: string | undefined, headers: Record<string, string> = {}) =>
  ({ socket: { remoteAddress }, headers }) as unknown as IncomingMessage

const addressOf = (trust: TrustProxy, peer: string, forwarded?: string) =>
  new Proxies(trust).address(requestFrom(peer, forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }))

test.each<[string, TrustProxy, string, string | undefined, string]>([
  ['no trusted proxy', false, '192.0.2.1', '198.51.100.1', '192.0.2.1'],
  ['no trusted proxy, and an IPv4 connection in IPv6', false, '::ffff:192.0.2.1', undefined, '192.0.2.1'],
  ['one trusted proxy', 1, '10.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['one trusted proxy, and a forged address before it', 1, '10.0.0.1', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
  ['one trusted proxy that sends no header', 1, '10.0.0.1', undefined, '10.0.0.1'],
  ['one trusted proxy that sends the port too', 1, '10.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
  ['one trusted proxy that sends an invalid address', 1, '10.0.0.1', '198.51.100.1, junk-1', '10.0.0.1'],
  ['two trusted proxies', 2, '10.0.0.1', '1.1.1.1, 198.51.100.1, 10.0.0.2', '198.51.100.1'],
  ['two trusted proxies, one of them bypassed', 2, '10.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['two trusted proxies, of which the outer one sends an invalid address', 2, '10.0.0.1', 'junk, 10.0.0.2', '10.0.0.2'],
  ['a trusted network, and a connection from another one', ['10.0.0.0/8'], '192.0.2.1', '1.1.1.1', '192.0.2.1'],
  ['a trusted network', ['10.0.0.0/8'], '::ffff:10.0.0.1', '1.1.1.1, 198.51.100.1, 10.2.0.2', '198.51.100.1'],
  ['trusted networks', ['127.0.0.1', 'fd00::/8'], '127.0.0.1', '1.1.1.1, 2001:DB8::1, fd00::2', '2001:db8::1'],
  [
    'a trusted network with all proxies and the client in it',
    ['10.0.0.0/8'],
    '10.0.0.1',
    '10.0.0.3, 10.0.0.2',
    '10.0.0.3',
  ],
])('with %s, the client’s address is the real one', (_, trust, peer, forwarded, address) => {
  expect(addressOf(trust, peer, forwarded)).toBe(address)
})

test('a closed connection has no address', () => {
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
  ['a network that the connection is not from', ['10.0.0.0/8'], '192.0.2.1', 'http', 'inside:3000'],
])('protocol and host are those of %s', (_, trust, peer, protocol, host) => {
  const proxies = new Proxies(trust)
  const request = requestFrom(peer, headers)
  expect([proxies.protocol(request), proxies.host(request)]).toEqual([protocol, host])
})

test('a trusted proxy without such headers leaves protocol and host as they are', () => {
  const proxies = new Proxies(1)
  const request = requestFrom('10.0.0.1', { host: 'polls.example.com' })
  expect([proxies.protocol(request), proxies.host(request)]).toEqual(['http', 'polls.example.com'])
})

test.each([
  ['https://polls.example.com', 'polls.example.com', undefined, 'https'],
  ['https://polls.example.com', '192.0.2.7:3000', undefined, 'http'],
  ['https://polls.example.com', 'polls.example.com', 'http', 'http'],
  ['http://polls.example.com', 'polls.example.com', undefined, 'http'],
])('with PUBLIC_URL=%s, Host %s, X-Forwarded-Proto %s, the protocol is %s', (publicOrigin, host, said, protocol) => {
  const headers = { host, 'x-forwarded-for': '198.51.100.1', ...(said && { 'x-forwarded-proto': said }) }
  expect(new Proxies(1, publicOrigin).protocol(requestFrom('10.0.0.1', headers))).toBe(protocol)
})
