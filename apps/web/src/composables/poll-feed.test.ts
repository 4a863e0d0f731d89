import { expect, test } from 'vitest'
import { shallowRef } from 'vue'
import { pollOf, snapshot } from '../../test/snapshot.ts'
import { editedOf } from '../api/told.ts'
import { createPollFeed } from './poll-feed.ts'

const feedOf = () => createPollFeed(pollOf(snapshot(1, 1, 0)), shallowRef('live' as const))
const edit = {
  ...editedOf(pollOf(snapshot(1))),
  question: 'What?',
  rewordedAt: '2030-01-01T10:42:00.000Z',
  maxChoices: 2,
}

test('what was edited comes with the snapshot, and stays with those that say nothing of it', () => {
  const { feed } = feedOf()
  feed.merge({ ...snapshot(2, 1, 0), ...edit })
  expect(feed.poll.value).toMatchObject(edit)
  const { value } = feed.poll
  feed.merge(snapshot(3, 1, 1))
  expect(feed.poll.value).toBe(value)
})

test('a poll that was asked for before an edit does not undo it', () => {
  const { feed, onPoll } = feedOf()
  feed.merge({ ...snapshot(2, 1, 0), ...edit })
  const own = { ownChoiceIds: [2], ownReceipt: 'receipt' }
  onPoll(pollOf(snapshot(1, 1, 0)), own)
  expect(feed.poll.value).toMatchObject({ ...edit, ...own })
})
