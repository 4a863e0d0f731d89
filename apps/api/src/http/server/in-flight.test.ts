import { expect, test } from 'vitest'
import { InFlight } from './in-flight.ts'

test('an address without a request in flight takes no memory', () => {
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
