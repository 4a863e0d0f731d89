import type { Poll } from '@pollcast/shared/poll'
import type { Room } from '@pollcast/shared/room'
import { expect, onTestFinished, test } from 'vitest'
import { noteVoterToken, renewVoterToken } from './api/voter-token.ts'
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

test('who has a token is handed out nothing that was written for who has none: no poll, room or poll to try', () => {
  const served = { apiUrl: '', poll, room: { code: '472915' } as Room, demo: poll }
  expect(createServedPage(served).takeDemo()).toBe(poll)
  noteVoterToken('token')
  onTestFinished(renewVoterToken)
  const page = createServedPage(served)
  expect([page.takePoll('abcdefgh'), page.takeRoom('472915'), page.takeDemo()]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})
