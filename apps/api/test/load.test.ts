import { limits } from '@pollcast/shared/limits'
import { type Poll, type Snapshot, snapshotSchema } from '@pollcast/shared/poll'
import { createParser } from 'eventsource-parser'
import { expect, onTestFinished, test } from 'vitest'
import { Audiences } from '../src/live/audiences.ts'
import { Broker } from '../src/live/broker.ts'
import { castVote } from '../src/polls/commands/cast-vote.ts'
import { roomNotFound } from '../src/polls/errors.ts'
import { EventIds } from '../src/polls/event-ids.ts'
import { type PollChanged, type RoomChanged, Signal } from '../src/polls/events.ts'
import type { PollStore } from '../src/polls/ports.ts'
import { pollSubject, topicOf } from '../src/polls/topics.ts'
import { Messages } from '../src/reactions/messages.ts'
import { publishChanges } from '../src/reactions/publish.ts'
import { openApp } from '../testing/app.ts'
import { recount } from '../testing/database.ts'
import { pollAt } from '../testing/poll-states.ts'
import { get, RawConnection } from '../testing/raw-connection.ts'
import { serverSockets } from '../testing/server-sockets.ts'
import { createPoll, Voter } from '../testing/voter.ts'

/** What an SSE parser makes of all that a stream has carried. Holds each frame to being whole, and newer. */
function shown(stream: RawConnection): Snapshot[] {
  const snapshots: Snapshot[] = []
  const parser = createParser({
    onEvent: ({ event, id, data }) => {
      const snapshot = snapshotSchema.parse(JSON.parse(data))
      expect(event).toBe(snapshots.length === 0 ? 'snapshot' : 'update')
      expect(id).toContain(`.${snapshot.pollId}.${snapshot.view}.${snapshot.revision}.`)
      expect(snapshot.revision).toBeGreaterThan(snapshots.at(-1)?.revision ?? -1)
      snapshots.push(snapshot)
    },
  })
  const text = Buffer.from(stream.text, 'latin1').toString()
  parser.feed(text.slice(text.indexOf('\r\n\r\n') + 4))
  return snapshots
}

const watch = async (port: number, { streamUrl }: Poll) => (await RawConnection.open(port)).send(get(streamUrl))

const carries = (revision: number) => new RegExp(`\\nid: \\S+\\.${revision}\\.\\S+\\n(retry: \\d+\\n)?data: .*\\n\\n$`)

const together = (lanes: number, work: (lane: number) => Promise<void>) =>
  Promise.all(Array.from({ length: lanes }, (_, lane) => work(lane)))

test('votes from everywhere on several polls count once each, and every stream ends on the last, never going back', async () => {
  const { url, port, databasePath, errors } = await openApp()
  const polls = await Promise.all([1, 2, 3].map(async () => (await createPoll(url, ['a', 'b', 'c'])).poll))
  const counts = new Map(polls.map(({ id }) => [id, { votes: 0, ballots: [0, 0, 0] }]))
  const watching = polls.flatMap((poll) => Array.from({ length: 20 }, () => watch(port, poll)))
  const streams = new Set(await Promise.all(watching))
  const joining: Promise<void>[] = []
  const left: RawConnection[] = []

  await together(40, async (lane) => {
    for (let turn = 0; turn < 8; turn += 1) {
      const poll = polls[(lane + turn) % polls.length] as Poll
      const count = counts.get(poll.id) as { votes: number; ballots: number[] }
      const voter = new Voter(url)
      // Everyone changes their mind once: two votes, of which the last counts.
      for (const choice of [turn % 3, (turn + 1) % 3]) {
        await voter.vote(poll.id, poll.choices[choice]?.id as number)
        count.votes += 1
      }
      count.ballots[(turn + 1) % 3] = (count.ballots[(turn + 1) % 3] ?? 0) + 1
      // Meanwhile someone comes, and someone else leaves.
      joining.push(watch(port, poll).then((stream) => void streams.add(stream)))
      for (const stream of streams) {
        stream.leave()
        streams.delete(stream)
        left.push(stream)
        break
      }
    }
  })
  await Promise.all(joining)

  for (const poll of polls) {
    const { votes, ballots } = counts.get(poll.id) as { votes: number; ballots: number[] }
    const now = await new Voter(url).read(poll.id)
    expect(now.choices.map((choice) => choice.votes)).toEqual(ballots)
    expect(now).toMatchObject({ revision: votes, ...(await recount(databasePath, poll.id)) })
  }
  for (const stream of streams) {
    await stream.until(/\n\n$/)
    const pollId = shown(stream)[0]?.pollId as string
    const { votes, ballots } = counts.get(pollId) as { votes: number; ballots: number[] }
    await stream.until(carries(votes))
    expect(
      shown(stream)
        .at(-1)
        ?.choices.map((choice) => choice.votes),
    ).toEqual(ballots)
  }
  for (const stream of left) shown(stream)
  expect(left).toHaveLength(40 * 8)
  expect(errors).toEqual([])
})

test('readers that stop hold one frame each, however many votes come, and then get the newest and no backlog', async () => {
  const { url, port } = await openApp()
  // Three bytes each: the largest frames there are, so that it takes fewer to fill what the kernel keeps for a reader.
  const texts = Array.from({ length: limits.maxChoices }, (_, index) =>
    String(index).padStart(limits.choiceLength, '€'),
  )
  const { poll } = await createPoll(url, texts)
  const sockets = serverSockets(poll.streamUrl)
  const stopped = await Promise.all(Array.from({ length: 10 }, () => watch(port, poll)))
  for (const stream of stopped) {
    await stream.until(/\n\n$/)
    stream.stopReading()
  }
  const [tea, coffee] = poll.choices.map((choice) => choice.id) as [number, number]
  let votes = 0
  let mostQueued = 0
  const vote = (lanes: number, enough: () => boolean) =>
    together(lanes, async () => {
      const voter = new Voter(url)
      for (let turn = 0; !enough(); turn += 1) {
        await voter.vote(poll.id, turn % 2 === 0 ? tea : coffee)
        votes += 1
        mostQueued = Math.max(mostQueued, ...sockets.map((socket) => socket.writableLength))
      }
    })

  // Until the kernel has taken all that it keeps for each: from then on it is the server that would have to keep more.
  await vote(2, () => sockets.every((socket) => socket.writableLength > 0))
  const blockedAt = votes
  await vote(16, () => votes >= blockedAt + 1000)

  for (const stream of stopped) {
    await stream.resumeReading().until(carries(votes))
    const frameBytes = stream.text.length - stream.text.lastIndexOf('event: ')
    expect(mostQueued).toBeLessThanOrEqual(frameBytes)
    // The newest, and where the kernel made room meanwhile one that was the newest then.
    expect(shown(stream).filter(({ revision }) => revision > blockedAt + 2).length).toBeLessThan(4)
  }
  expect(sockets).toHaveLength(stopped.length)
})

test('20,000 polls that are voted on and watched by nobody, or by nobody any more, hold nothing', async () => {
  const revisions = new Map(Array.from({ length: 20_000 }, (_, index) => [`load${index}`, 0]))
  const find = async (pollId: string) => pollAt(revisions.get(pollId) ?? 0, pollId)
  const store: Pick<PollStore, 'record'> = {
    record: async ({ pollId, ballotId }) => {
      revisions.set(pollId, (revisions.get(pollId) ?? 0) + 1)
      return { changed: true, isRepeat: false, poll: await find(pollId), ballotId, ballot: '[1]' }
    },
  }
  const errors: unknown[] = []
  const failed = (error: unknown) => errors.push(error)
  const pollChanged = new Signal<PollChanged>(failed)
  const reader = { find, findRoom: () => Promise.reject(roomNotFound()), pollsOf: async () => [] }
  const messages = new Messages(reader, new EventIds('key', 'epoch'), '')
  const broker = new Broker({ source: messages, onError: failed })
  publishChanges({ pollChanged, roomChanged: new Signal<RoomChanged>(failed) }, broker, messages)
  const audiences = new Audiences(broker)
  onTestFinished(() => audiences.heartbeat.stop(0))
  const held = () => [broker.size, audiences.heartbeat.streams]
  const voteOnAll = () =>
    Promise.all(
      [...revisions.keys()].map((pollId) => castVote({ pollId, ballotId: 'v', answer: [1] }, store, pollChanged)),
    )

  await voteOnAll()
  expect(held()).toEqual([0, 0])

  // Each is looked at by someone who is gone before the stream has opened, while votes go on.
  const looking = [...revisions.keys()].map((pollId) =>
    audiences.join([{ name: topicOf(pollSubject(pollId), 'public') }], () => undefined),
  )
  expect(held()).toEqual([20_000, 0])
  await Promise.all([...looking, voteOnAll()])
  // What was parked on a poll is let go in this very turn of the event loop.
  await new Promise(setImmediate)
  expect(held()).toEqual([0, 0])
  expect([errors, new Set(revisions.values())]).toEqual([[], new Set([2])])
})
