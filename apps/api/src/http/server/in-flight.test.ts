import { expect, test } from 'vitest'
import { InFlight, networkOf } from './in-flight.ts'

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::', '2001:db8:1:2'],
  ['2001:db8::6', '2001:db8:0:0'],
  ['2001:db8::3:4:5:6', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['', ''],
])('the network of %j is %j', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

test('nothing is kept of an address that has no request in flight', () => {
  const inFlight = new InFlight(2, 1)
  expect([inFlight.enter('a'), inFlight.enter('a'), inFlight.enter('b'), inFlight.enter('c')]).toEqual([
    true,
    false,
    true,
    false,
  ])
  inFlight.leave('a')
  inFlight.leave('b')
  expect([inFlight.count, inFlight.enter('a'), inFlight.enter('c')]).toEqual([0, true, true])
})
