import { expect, test } from 'vitest'
import { isOnThisMachineOnly } from './use-share-url.ts'

test.each([
  'http://localhost:3000/r/472915',
  'http://polls.localhost/',
  'http://127.0.0.1:3000/',
  'http://127.1.2.3/',
  'http://[::1]:3000/',
])('%s opens on this machine only', (url) => expect(isOnThisMachineOnly(url)).toBe(true))

test.each([
  'http://192.168.1.5:3000/',
  'https://polls.example.com/',
  'http://localhost.example.com/',
  'http://[fd00::1]/',
])('%s opens elsewhere too', (url) => expect(isOnThisMachineOnly(url)).toBe(false))

test('knows the addresses that nobody else can open', () => {
  for (const host of ['localhost:3000', '127.0.0.1', '127.1.2.3:80', '[::1]:3000', 'poll.localhost']) {
    expect(isOnThisMachineOnly(`http://${host}/r/472915`), host).toBe(true)
  }
  for (const host of ['192.168.0.12:3000', 'poll.acme.org', 'localhost.acme.org', '[fe80::1]']) {
    expect(isOnThisMachineOnly(`http://${host}/r/472915`), host).toBe(false)
  }
})
