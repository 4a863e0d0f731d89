import { snapshotSchema } from '@pollcast/shared/poll'
import { roomEventSchema } from '@pollcast/shared/room'
import { expect, test } from 'vitest'
import { pollAt } from '../../testing/poll-states.ts'
import type { Change } from '../live/message.ts'
import { pollNotFound } from '../polls/errors.ts'
import { EventIds } from '../polls/event-ids.ts'
import { Signal, type Signals } from '../polls/events.ts'
import { roomRevision } from '../polls/revisions.ts'
import type { PollState } from '../polls/state.ts'
import { hostName, topicOf, votedName } from '../polls/topics.ts'
import { Messages } from './messages.ts'
import { publishChanges } from './publish.ts'

const POLL = 'poll:abcdefgh'
const ROOM = 'room:472915'
const deletedAt = '2026-11-25T12:00:00.000Z'

const messagesOf = (poll: PollState, current: PollState | undefined = poll) =>
  new Messages(
    {
      find: async (pollId) => {
        if (pollId !== poll.id) throw pollNotFound()
        return poll
      },
      findRoom: async () => ({ room: poll.room, current }),
      pollsOf: async () => [poll],
    },
    new EventIds('key', 'epoch'),
    '',
  )
const messages = messagesOf(pollAt(3))

/** What is published of what is emitted. */
const setUp = () => {
  const published: Change[] = []
  const signals: Signals = { pollChanged: new Signal(() => {}), roomChanged: new Signal(() => {}) }
  publishChanges(signals, { publish: (change) => published.push(change) }, messages)
  return { ...signals, published, subjects: () => published.map(({ subject, revision }) => [subject, revision]) }
}

const stamped = (json: string) => JSON.parse(json.replaceAll('"now":null', '"now":"2026-11-25T12:00:00.000Z"'))

test('a vote is published on its poll and its room, once for all votes that share a state', () => {
  const { pollChanged, published, subjects } = setUp()
  const shared = pollAt(3)
  for (const poll of [shared, shared, shared, pollAt(4)]) pollChanged.emit({ type: 'voted', poll })
  expect(subjects()).toEqual([
    [POLL, 3],
    [ROOM, roomRevision(shared.room, 3)],
    [POLL, 4],
    [ROOM, roomRevision(shared.room, 4)],
  ])
  const topic = topicOf(POLL, 'public')
  expect(published[2]?.messageOf(topic)).toEqual(messages.ofPoll(topic, pollAt(4)))
})

test('a poll that is not on moves no room', () => {
  const { pollChanged, subjects } = setUp()
  const { room } = pollAt(3)
  pollChanged.emit({ type: 'voted', poll: pollAt(3, 'abcdefgh', { room: { ...room, currentPollId: 'bcdefghj' } }) })
  expect(subjects()).toEqual([[POLL, 3]])
})

test('a poll and a room that nobody can watch yet, because they were just made, are not published', () => {
  const { pollChanged, roomChanged, published } = setUp()
  pollChanged.emit({ type: 'created', poll: pollAt(0) })
  roomChanged.emit({ type: 'created', room: pollAt(0).room })
  expect(published).toEqual([])
})

test('a poll is a `snapshot` event for a new stream and an `update` for others, with the same data', () => {
  const { event, json, opening } = messages.ofPoll(topicOf(POLL, 'public'), pollAt(3))
  expect([event, opening]).toEqual(['update', { event: 'snapshot', since: 0 }])
  expect(snapshotSchema.parse(stamped(json))).toMatchObject({ pollId: 'abcdefgh', view: 'public', revision: 3 })
})

test('a room is a `room` event with the poll for a new stream, and an `update` of the poll for others', () => {
  const { event, json, opening } = messages.ofRoom(topicOf(ROOM, 'public'), {
    room: pollAt(3).room,
    current: pollAt(3),
  })
  expect([event, opening?.event]).toEqual(['update', 'room'])
  expect(snapshotSchema.parse(stamped(json))).toMatchObject({ pollId: 'abcdefgh', revision: 3 })
  expect(roomEventSchema.parse(stamped(opening?.json ?? ''))).toMatchObject({
    code: '472915',
    poll: { id: 'abcdefgh', revision: 3 },
  })
})

test('who voted in this round sees results that others do not, and nothing of them in the next round', () => {
  const poll = pollAt(3, 'abcdefgh', { resultsVisibility: 'after-vote', publicRevision: 2 })
  const votesOn = (topic: string, state: PollState) => stamped(messages.ofPoll(topic, state).json).totalVotes
  const voted = topicOf(POLL, votedName(poll))
  expect(votesOn(voted, poll)).toBe(3)
  expect(votesOn(topicOf(POLL, 'public'), poll)).toBeNull()
  expect(votesOn(voted, { ...poll, round: 2 })).toBeNull()
})

test('a deleted poll is the last message of its topics, and tells nothing of what it was', () => {
  const deleted = pollAt(4, 'abcdefgh', { deletedAt })
  const topic = topicOf(POLL, 'public')
  expect(messages.ofPoll(topic, deleted)).toEqual({
    topic,
    revision: 4,
    id: expect.stringMatching(/^epoch\.abcdefgh\.public\.4\.[\w-]{8}$/),
    event: 'end',
    json: '{"reason":"deleted","pollId":"abcdefgh"}',
    last: true,
  })
})

test('the topic of a key that is the host’s no more ends', () => {
  const poll = pollAt(4)
  const old = topicOf(POLL, hostName('0'.repeat(64)))
  expect(messages.ofPoll(old, poll)).toMatchObject({ event: 'end', last: true })
  expect(JSON.parse(messages.ofPoll(old, poll).json)).toEqual({ reason: 'unauthorized', pollId: 'abcdefgh' })
  expect(messages.ofPoll(topicOf(POLL, hostName(poll.room.hostKeyHash)), poll).event).toBe('update')
})

test('a topic is read from the store, and what is no topic, or no poll, rejects', async () => {
  const topic = topicOf(POLL, 'public')
  expect(await messages.read(topic)).toEqual({ message: messages.ofPoll(topic, pollAt(3)), subjectRevision: 3 })
  const ofHost = await messages.read(topicOf(ROOM, hostName(pollAt(3).room.hostKeyHash)))
  expect(stamped(ofHost.message.opening?.json ?? '').polls).toMatchObject([{ id: 'abcdefgh' }])
  await expect(messages.read('poll:missing1/public')).rejects.toMatchObject({ code: 'poll-not-found' })
  await expect(messages.read('poll:abcdefgh')).rejects.toThrow('no topic')
})
