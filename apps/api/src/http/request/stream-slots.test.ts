import type { Context } from 'koa'
import { expect, test } from 'vitest'
import { StreamSlots } from './stream-slots.ts'

const from = (ip: string) => ({ ip }) as Context

test('an address can have half of the connections as streams, and all together nine tenths', () => {
  const slots = new StreamSlots(100, true)
  const taken = Array.from({ length: 50 }, () => slots.take(from('192.0.2.1')))
  expect(() => slots.take(from('192.0.2.1'))).toThrow(expect.objectContaining({ code: 'too-many-requests' }))
  for (let n = 0; n < 40; n += 1) slots.take(from(`198.51.100.${n}`))
  expect(() => slots.take(from('203.0.113.1'))).toThrow(expect.objectContaining({ code: 'server-busy' }))
  // Given back twice, it counts once.
  for (let n = 0; n < 2; n += 1) taken[0]?.()
  slots.take(from('203.0.113.1'))
  expect(() => slots.take(from('203.0.113.2'))).toThrow(expect.objectContaining({ code: 'server-busy' }))
})

test('an IPv6 /64 is one address, and where addresses are not limited only the whole is', () => {
  const limited = new StreamSlots(4, true)
  limited.take(from('2001:db8::1'))
  limited.take(from('2001:db8::2'))
  expect(() => limited.take(from('2001:db8::3'))).toThrow(expect.objectContaining({ code: 'too-many-requests' }))
  const free = new StreamSlots(10, false)
  for (let n = 0; n < 9; n += 1) free.take(from('2001:db8::1'))
  expect(() => free.take(from('2001:db8::1'))).toThrow(expect.objectContaining({ code: 'server-busy' }))
})
