import { expect, test } from 'vitest'
import { isLocal, spacedCode } from './room-link.ts'

test('codes are in groups of three digits, of seven ones the last has four', () => {
  expect(spacedCode('472915')).toBe('472\u00a0915')
  expect(spacedCode('4729150')).toBe('472\u00a09150')
})

test('knows the addresses that nobody else can open', () => {
  for (const host of ['localhost:3000', '127.0.0.1', '127.1.2.3:80', '[::1]:3000', 'poll.localhost']) {
    expect(isLocal(`http://${host}/r/472915`), host).toBe(true)
  }
  for (const host of ['192.168.0.12:3000', 'poll.acme.org', 'localhost.acme.org', '[fe80::1]']) {
    expect(isLocal(`http://${host}/r/472915`), host).toBe(false)
  }
})
