import { expect, test } from 'vitest'
import { shallowRef } from 'vue'
import { pollOf, snapshot } from '../../test/snapshot.ts'
import { createPollFeed } from './poll-feed.ts'

test('a new wording comes with the snapshot', () => {
  const { feed } = createPollFeed(pollOf(snapshot(1, 1, 0)), shallowRef('live' as const))
  const rewordedAt = '2030-01-01T10:42:00.000Z'
  feed.merge({ ...snapshot(2, 1, 0), question: 'What?', rewordedAt })
  expect(feed.poll.value).toMatchObject({ question: 'What?', rewordedAt })
})
