import { expect, test } from 'vitest'
import { networkOf, parseAddress } from './address.ts'

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['192.0.2.7:51234', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::FFFF:c000:0207', '192.0.2.7'],
  ['[::ffff:192.0.2.7]:443', '192.0.2.7'],
  ['2001:db8::1', '2001:db8::1'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
  ['2001:db8::0.0.0.1', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['[2001:db8::1]:65535', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['[fe80::1%25eth0]:80', 'fe80::1'],
])('%s is the address %s', (text, address) => {
  expect(parseAddress(text)).toBe(address)
})

test.each([
  '',
  'unknown',
  'junk-1',
  '_hidden',
  '1',
  '0x7f000001',
  '010.0.0.1',
  '1.2.3',
  '1.2.3.4.5',
  '1.2.3.256',
  '1.2.3.4:',
  '1.2.3.4:port',
  '1.2.3.4%eth0',
  '[1.2.3.4',
  '2001:db8::1::2',
  '2001:db8::g',
  '[2001:db8::1]x',
  'localhost',
  '1.2.3.4, 5.6.7.8',
])('"%s" is not an address', (text) => {
  expect(parseAddress(text)).toBeUndefined()
})

test('the network of an IPv4 address is itself, that of an IPv6 address its /64', () => {
  expect(networkOf('192.0.2.7')).toBe('192.0.2.7')
  expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64')
  expect(networkOf('2001:db8:1:2:ffff::')).toBe('2001:db8:1:2::/64')
  expect(networkOf('2001:db8:1:3::1')).toBe('2001:db8:1:3::/64')
  expect(networkOf('::1')).toBe('0:0:0:0::/64')
})
