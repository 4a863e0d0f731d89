import type { Poll } from '@pollcast/shared/poll'
import { expect, test } from 'vitest'
import { createServedPage } from './context.ts'

const poll = { id: 'abcdefgh' } as Poll

test('the poll in the page is handed out once', () => {
  const page = createServedPage({ apiUrl: '', poll, streamUrl: '/stream' })
  expect(page.takePoll('abcdefgh')).toEqual({ data: poll, streamUrl: '/stream' })
  expect(page.takePoll('abcdefgh')).toBeUndefined()
})

test('another poll gets nothing from it', () => {
  const page = createServedPage({ apiUrl: '', poll, streamUrl: '/stream' })
  expect(page.takePoll('zyxwvuts')).toBeUndefined()
})

test('a page that was served without data hands out nothing', () => {
  const page = createServedPage({ apiUrl: 'https://api.example.org' })
  expect(page.takePoll('abcdefgh')).toBeUndefined()
  expect(page.takePollList()).toBeUndefined()
})
