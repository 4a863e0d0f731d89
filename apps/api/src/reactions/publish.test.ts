import { snapshotSchema } from '@pollcast/shared/poll'
import { expect, test } from 'vitest'
import { pollAt } from '../../testing/poll-states.ts'
import type { Change } from '../live/message.ts'
import { pollNotFound } from '../polls/errors.ts'
import { type PollChanged, Signal } from '../polls/events.ts'
import { pollMessage, pollMessages, publishChanges } from './publish.ts'

test('a vote is published on its poll’s topic, once for all votes that share a state', () => {
  const published: Change[] = []
  const pollChanged = new Signal<PollChanged>(() => {})
  publishChanges(pollChanged, { publish: (change) => published.push(change) })
  const shared = pollAt(3)
  for (const poll of [shared, shared, shared, pollAt(4)]) pollChanged.emit({ type: 'voted', poll })
  expect(published.map(({ subject, revision }) => [subject, revision])).toEqual([
    ['poll:abcdefgh', 3],
    ['poll:abcdefgh', 4],
  ])
  expect(published.at(-1)?.messageOf('poll:abcdefgh/public')).toEqual(pollMessage(pollAt(4)))
})

test('a poll that nobody can watch yet, because it was just made, is not published', () => {
  const published: Change[] = []
  const pollChanged = new Signal<PollChanged>(() => {})
  publishChanges(pollChanged, { publish: (change) => published.push(change) })
  pollChanged.emit({ type: 'created', poll: pollAt(0) })
  expect(published).toEqual([])
})

test('a poll is a `snapshot` event for a new stream and an `update` for others, with the same data', () => {
  const { event, json, opening } = pollMessage(pollAt(3))
  expect([event, opening]).toEqual(['update', { event: 'snapshot', since: 0 }])
  expect(snapshotSchema.parse(JSON.parse(json))).toMatchObject({ pollId: 'abcdefgh', revision: 3 })
})

test('a deleted poll is the last message of its topic, and tells nothing of what it was', () => {
  const message = pollMessage({ ...pollAt(4), deletedAt: '2026-11-25T12:00:00.000Z' })
  expect(message).toEqual({
    topic: 'poll:abcdefgh/public',
    revision: 4,
    id: '4',
    event: 'end',
    json: '{"reason":"deleted","pollId":"abcdefgh"}',
    last: true,
  })
})

test('a poll’s topic is read from the store, and what is no poll’s topic, or no poll, rejects', async () => {
  const source = pollMessages({
    find: async (pollId) => {
      if (pollId !== 'abcdefgh') throw pollNotFound()
      return pollAt(3, pollId)
    },
  })
  expect(await source.read('poll:abcdefgh/public')).toEqual({ message: pollMessage(pollAt(3)), subjectRevision: 3 })
  await expect(source.read('poll:missing1/public')).rejects.toMatchObject({ code: 'poll-not-found' })
  await expect(source.read('poll:abcdefgh')).rejects.toThrow('no topic')
})
