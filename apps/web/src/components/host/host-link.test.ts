import { expect, test } from 'vitest'
import { findHostKey } from './host-link.ts'

const hostKey = 'AbCdEfGhIjKlMnOpQrStUvWxYz0_-234'

test('finds the key in a link, in the file that the page saves, and alone', () => {
  const link = `https://poll.acme.org/polls/r/472915/host#${hostKey}`
  expect(findHostKey(link)).toEqual({ hostKey, code: '472915' })
  expect(findHostKey(`Offsite\nThe host link of room 472915.\n${link}\n`)).toEqual({ hostKey, code: '472915' })
  expect(findHostKey(`  ${hostKey}\n`)).toEqual({ hostKey })
})

test('finds none in what has no key', () => {
  for (const text of ['', 'hello', `${hostKey}x`, 'https://poll.acme.org/r/472915/host', `see ${hostKey}`]) {
    expect(findHostKey(text)).toBeUndefined()
  }
})
