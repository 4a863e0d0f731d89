import { until } from '@pollcast/api/testing/until'
import type { Poll, Snapshot } from '@pollcast/shared/poll'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type EffectScope, effectScope, nextTick, shallowRef } from 'vue'
import { json, startServer, type TestServer } from '../../test/server.ts'
import { snapshot } from '../../test/snapshot.ts'
import { createApiClient } from '../api/api-client.ts'
import { newerOf } from '../api/snapshot.ts'
import { choice } from '../kinds/choice/index.ts'
import { useVote } from './use-vote.ts'

/** A vote that has reached the server, and ways to answer it. */
interface ReceivedVote {
  choiceIds: number[]
  answer: (status: number, body: object) => void
  cut: () => void
}

let server: TestServer
let received: ReceivedVote[]
let tabs: EffectScope[]
/** What the server answers to a GET of the poll; undefined drops the connection. */
let current: { revision: number; ownChoiceIds: number[]; choices: object[] } | undefined

beforeEach(async () => {
  received = []
  tabs = []
  current = undefined
  server = await startServer(async (res, req) => {
    if (req.method === 'GET') return current ? json(res, 200, { id: 'abcdefgh', ...current }) : res.destroy()
    let body = ''
    for await (const chunk of req) body += chunk
    received.push({
      ...JSON.parse(body),
      answer: (status, answer) => json(res, status, answer),
      cut: () => res.destroy(),
    })
  })
})
afterEach(async () => {
  for (const tab of tabs) tab.stop()
  await server.close()
})

function openPoll(first: Snapshot, ownChoiceIds: number[] = []) {
  const snapshot = shallowRef(first)
  const isLive = shallowRef(true)
  const isDeleted = shallowRef(false)
  const markDeleted = () => {
    isDeleted.value = true
  }
  const merge = (next: Snapshot) => {
    snapshot.value = newerOf(snapshot.value, next)
  }
  const poll = { ...first, id: first.pollId, ownChoiceIds } as Poll & Snapshot
  const scope = effectScope()
  tabs.push(scope)
  const api = createApiClient(server.url)
  const use = () => useVote({ api, poll, kind: choice, snapshot, merge, markDeleted, isLive: () => isLive.value })
  const voting = scope.run(use) as ReturnType<typeof use>
  const numbers = () => [...voting.shown.value.choices.map(({ votes }) => votes), voting.shown.value.totalVotes]
  return { ...voting, merge, numbers, isLive, isDeleted }
}

const refusal = { title: 'Conflict', status: 409, code: 'poll-closed', detail: 'This poll is closed.' }

test('a vote is shown before the server answers, and counted once after it did', async () => {
  const poll = openPoll(snapshot(1, 0, 0))
  const cast = poll.vote([2])
  expect(poll.numbers()).toEqual([0, 1, 1])
  expect(poll.answer.value).toEqual([2])
  await until(() => received.length === 1)
  received[0]?.answer(201, snapshot(2, 0, 1))
  await cast
  expect(poll.numbers()).toEqual([0, 1, 1])
  expect(poll.answer.value).toEqual([2])
})

test('nothing is added to a snapshot from the stream that includes the vote before the answer comes', async () => {
  const poll = openPoll(snapshot(1, 0, 0))
  const cast = poll.vote([2])
  await until(() => received.length === 1)
  poll.merge(snapshot(2, 0, 1))
  expect(poll.numbers()).toEqual([0, 1, 1])
  received[0]?.answer(201, snapshot(2, 0, 1))
  await cast
  expect(poll.numbers()).toEqual([0, 1, 1])
})

test('an answer that is older than the last snapshot changes nothing', async () => {
  const poll = openPoll(snapshot(1, 0, 0))
  const cast = poll.vote([2])
  await until(() => received.length === 1)
  poll.merge(snapshot(5, 3, 1))
  received[0]?.answer(201, snapshot(2, 0, 1))
  await cast
  expect(poll.numbers()).toEqual([3, 1, 4])
})

test('a vote that is refused is taken back, with the reason', async () => {
  const poll = openPoll(snapshot(1, 4, 0), [1])
  const cast = poll.vote([2])
  expect(poll.numbers()).toEqual([3, 1, 4])
  await until(() => received.length === 1)
  received[0]?.answer(409, refusal)
  await cast
  expect(poll.numbers()).toEqual([4, 0, 4])
  expect(poll.answer.value).toEqual([1])
  expect(poll.refusal.value).toBe('This poll is closed.')
})

test('when a poll is open again, the refusal of a vote while it was closed goes', async () => {
  const poll = openPoll(snapshot(1, 4, 0))
  const cast = poll.vote([2])
  await until(() => received.length === 1)
  received[0]?.answer(409, refusal)
  await cast
  poll.merge({ ...snapshot(2, 4, 0), status: 'closed' })
  await nextTick()
  expect(poll.refusal.value).toBe('This poll is closed.')
  poll.merge(snapshot(3, 4, 0))
  await nextTick()
  expect(poll.refusal.value).toBe('')
})

test('a vote for a poll that was deleted is taken back, and says so', async () => {
  const poll = openPoll(snapshot(1, 4, 0), [1])
  const cast = poll.vote([2])
  await until(() => received.length === 1)
  received[0]?.answer(410, { title: 'Gone', status: 410, code: 'poll-deleted', detail: 'It was deleted.' })
  await cast
  expect(poll.numbers()).toEqual([4, 0, 4])
  expect(poll.isDeleted.value).toBe(true)
})

test('a vote that may not have been counted is taken back, with a message', async () => {
  const poll = openPoll(snapshot(1, 4, 0), [1])
  await server.close()
  await poll.vote([2])
  expect(poll.answer.value).toEqual([1])
  expect(poll.refusal.value).toMatch(/may not have been counted/)
})

test('after a lost answer the page asks the server, which has counted the vote', async () => {
  const poll = openPoll(snapshot(1, 0, 0))
  const cast = poll.vote([2])
  await until(() => received.length === 1)
  current = { ...snapshot(2, 0, 1), ownChoiceIds: [2] }
  received[0]?.cut()
  await cast
  expect(poll.answer.value).toEqual([2])
  expect(poll.numbers()).toEqual([0, 1, 1])
  expect(poll.refusal.value).toBe('')
})

test('after a lost vote the page asks the server, which has not counted it', async () => {
  const poll = openPoll(snapshot(1, 1, 0), [1])
  const cast = poll.vote([2])
  await until(() => received.length === 1)
  current = { ...snapshot(1, 1, 0), ownChoiceIds: [1] }
  received[0]?.cut()
  await cast
  expect(poll.answer.value).toEqual([1])
  expect(poll.refusal.value).toBe('Your vote was not counted. Please vote again.')
})

test('a page that could not ask the server asks once it is live again', async () => {
  const poll = openPoll(snapshot(1, 0, 0))
  poll.isLive.value = false
  const cast = poll.vote([2])
  await until(() => received.length === 1)
  received[0]?.cut()
  await cast
  expect(poll.refusal.value).toMatch(/may not have been counted/)
  current = { ...snapshot(2, 0, 1), ownChoiceIds: [2] }
  poll.isLive.value = true
  await until(() => poll.refusal.value === '')
  expect(poll.answer.value).toEqual([2])
})

test('a vote in one tab shows as the own vote in the other, which can change it', async () => {
  const one = openPoll(snapshot(1, 0, 0))
  const other = openPoll(snapshot(1, 0, 0))
  const cast = one.vote([1])
  await until(() => received.length === 1)
  received[0]?.answer(201, snapshot(2, 1, 0))
  await cast
  await until(() => other.answer.value.length === 1)
  expect(other.answer.value).toEqual([1])
  expect(other.numbers()).toEqual([1, 0, 1])
  void other.vote([2])
  expect(other.numbers()).toEqual([0, 1, 1])
})

test('of simultaneous votes in two tabs the one with the later revision wins, in whatever order the answers come', async () => {
  const one = openPoll(snapshot(1, 0, 0))
  const other = openPoll(snapshot(1, 0, 0))
  const casts = [one.vote([1])]
  await until(() => received.length === 1)
  casts.push(other.vote([2]))
  await until(() => received.length === 2)
  received[1]?.answer(201, snapshot(3, 0, 1))
  await casts[1]
  await until(() => one.counted.value.length === 1)
  received[0]?.answer(201, snapshot(2, 1, 0))
  await Promise.all(casts)
  for (const tab of [one, other]) {
    expect(tab.answer.value).toEqual([2])
    expect(tab.numbers()).toEqual([0, 1, 1])
  }
})

test('an own vote stays in the numbers when a snapshot with someone else’s comes before the answer', async () => {
  const poll = openPoll(snapshot(1, 0, 0))
  const cast = poll.vote([2])
  await until(() => received.length === 1)
  poll.merge(snapshot(2, 1, 0))
  expect(poll.numbers()).toEqual([1, 1, 2])
  poll.merge(snapshot(3, 1, 1))
  expect(poll.numbers()).toEqual([1, 1, 2])
  received[0]?.answer(201, snapshot(3, 1, 1))
  await cast
  expect(poll.numbers()).toEqual([1, 1, 2])
})

test('the same vote again sends no request', async () => {
  const poll = openPoll(snapshot(1, 4, 0), [1])
  await poll.vote([1])
  expect(server.requests).toBe(0)
})

test('a voter who changes the vote while it is pending is counted once, and the last choice wins', async () => {
  const poll = openPoll(snapshot(1, 0, 0, 0))
  const cast = poll.vote([1])
  await until(() => received.length === 1)
  void poll.vote([2])
  void poll.vote([3])
  expect(poll.numbers()).toEqual([0, 0, 1, 1])
  received[0]?.answer(201, snapshot(2, 1, 0, 0))
  await until(() => received.length === 2)
  expect(received[1]?.choiceIds).toEqual([3])
  expect(poll.numbers()).toEqual([0, 0, 1, 1])
  received[1]?.answer(201, snapshot(3, 0, 0, 1))
  await cast
  expect(poll.numbers()).toEqual([0, 0, 1, 1])
  expect(server.requests).toBe(2)
})

test('a change after a snapshot that includes the first vote moves that vote', async () => {
  const poll = openPoll(snapshot(1, 0, 0))
  const cast = poll.vote([1])
  await until(() => received.length === 1)
  poll.merge(snapshot(2, 1, 0))
  void poll.vote([2])
  expect(poll.numbers()).toEqual([0, 1, 1])
  received[0]?.answer(201, snapshot(2, 1, 0))
  await until(() => received.length === 2)
  expect(poll.numbers()).toEqual([0, 1, 1])
  received[1]?.answer(201, snapshot(3, 0, 1))
  await cast
  expect(poll.numbers()).toEqual([0, 1, 1])
})
