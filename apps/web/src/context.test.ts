import type { Poll } from '@pollcast/shared/poll'
import { expect, test } from 'vitest'
import { createServedPage } from './context.ts'

const poll = { id: 'abcdefgh' } as Poll

test('the page’s poll is given out once: who comes back later asks the API', () => {
  const page = createServedPage({ apiUrl: '', poll, streamUrl: '/stream' })
  expect(page.takePoll('abcdefgh')).toEqual({ data: poll, streamUrl: '/stream' })
  expect(page.takePoll('abcdefgh')).toBeUndefined()
})

test('another poll’s page finds nothing in it', () => {
  const page = createServedPage({ apiUrl: '', poll, streamUrl: '/stream' })
  expect(page.takePoll('zyxwvuts')).toBeUndefined()
})

test('a page that was served with nothing gives nothing', () => {
  const page = createServedPage({ apiUrl: 'https://api.example.org' })
  expect(page.takePoll('abcdefgh')).toBeUndefined()
  expect(page.takePollList()).toBeUndefined()
})
