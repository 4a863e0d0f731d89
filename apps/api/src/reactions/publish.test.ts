import { snapshotSchema } from '@pollcast/shared/poll'
import { expect, test } from 'vitest'
import { snapshotAt } from '../../testing/snapshots.ts'
import type { Message } from '../live/message.ts'
import { pollNotFound } from '../polls/errors.ts'
import { Signal, type VoteCast } from '../polls/signals.ts'
import { pollMessage, pollMessages, publishVotes } from './publish.ts'

test('a vote is published on its poll’s topic, once for all votes that share a snapshot', () => {
  const published: Message[] = []
  const voteCast = new Signal<VoteCast>(() => {})
  publishVotes(voteCast, { publish: (message) => published.push(message) })
  const shared = snapshotAt(3)
  for (const snapshot of [shared, shared, shared, snapshotAt(4)]) voteCast.emit({ snapshot })
  expect(published.map(({ topic, revision }) => [topic, revision])).toEqual([
    ['poll:abcdefgh', 3],
    ['poll:abcdefgh', 4],
  ])
})

test('a snapshot is a `snapshot` event for a new stream and an `update` for others, with the same data', () => {
  const snapshot = snapshotAt(3)
  const { event, json, opening } = pollMessage(snapshot)
  expect([event, opening]).toEqual(['update', { event: 'snapshot', since: 0 }])
  expect(snapshotSchema.parse(JSON.parse(json))).toEqual(snapshot)
})

test('a poll’s topic is read from the store, and what is no poll’s topic, or no poll, rejects', async () => {
  const source = pollMessages({
    snapshot: async (pollId) => {
      if (pollId !== 'abcdefgh') throw pollNotFound(pollId)
      return snapshotAt(3, pollId)
    },
  })
  expect(await source.read('poll:abcdefgh')).toEqual(pollMessage(snapshotAt(3)))
  await expect(source.read('poll:missing1')).rejects.toMatchObject({ code: 'poll-not-found' })
  await expect(source.read('abcdefgh')).rejects.toThrow('no topic')
})
