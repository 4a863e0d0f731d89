import { until } from '@pollcast/api/testing/until'
import type { Poll, Snapshot } from '@pollcast/shared/poll'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { type EffectScope, effectScope, nextTick, shallowRef } from 'vue'
import { json, runEventLoop, startServer, type TestServer } from '../../test/server.ts'
import { hidden, pollOf, snapshot } from '../../test/snapshot.ts'
import { createApiClient } from '../api/api-client.ts'
import type { StreamState } from '../api/stream-client.ts'
import { renewVoterToken } from '../api/voter-token.ts'
import { storageOf } from '../browser/storage.ts'
import { choice } from '../kinds/choice/index.ts'
import { createPollFeed } from './poll-feed.ts'
import { refusedVotes } from './refused-vote.ts'
import { useVote } from './use-vote.ts'
import { createVoteSender } from './vote-sender.ts'

/** A vote that has reached the server, and ways to answer it. */
interface ReceivedVote {
  choiceIds: number[]
  code?: string
  method: string
  key: string
  voter: string | undefined
  answer: (status: number, body: object, headers?: Record<string, string>) => void
  cut: () => void
}

let server: TestServer
let received: ReceivedVote[]
/** As the server has it, for whoever asks. */
let asked: () => Poll | Promise<Poll>
let tabs: EffectScope[]

beforeEach(async () => {
  received = []
  tabs = []
  // What the test before was about may have ended with its server.
  storageOf('waiting abcdefgh CODE').write(undefined)
  asked = () => pollOf(snapshot(1, 0, 0))
  server = await startServer(async (res, req) => {
    if (req.method === 'GET') return json(res, 200, await asked())
    let body = ''
    for await (const chunk of req) body += chunk
    const sent = body ? JSON.parse(body) : { choiceIds: [] }
    const own = { ownChoiceIds: sent.choiceIds, ownReceipt: sent.choiceIds.length > 0 ? 'receipt' : null }
    received.push({
      ...sent,
      method: req.method,
      key: req.headers['idempotency-key'],
      voter: req.headers['pollcast-voter'],
      answer(status, answer, headers = {}) {
        for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
        json(res, status, status < 400 ? { ...answer, ...own } : answer)
      },
      cut: () => res.destroy(),
    })
  })
})
afterEach(async () => {
  for (const tab of tabs) tab.stop()
  await server.close()
})

function openPoll(first: Snapshot, ownChoiceIds: number[] = [], settings: Partial<Poll> = {}, epoch?: string) {
  const state = shallowRef<StreamState>('live')
  const { feed, onPoll } = createPollFeed(pollOf(first, { ownChoiceIds, ...settings }), state, epoch)
  const scope = effectScope()
  tabs.push(scope)
  const api = createApiClient(server.url)
  const use = () => useVote({ sender: createVoteSender(api), feed, kind: choice, code: () => 'CODE' })
  const voting = scope.run(use) as ReturnType<typeof use>
  const numbers = () => [...voting.shown.value.choices.map(({ votes }) => votes), voting.shown.value.voters]
  return { ...voting, merge: feed.merge, onPoll, numbers, state, feed }
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
  expect(poll.feed.status.value).toBe('deleted')
})

const waits = 'No connection. Your vote is kept, and sent as soon as there is one.'
const isBusy = "The server can't take it at the moment. Your vote is kept, and is sent again by itself."

test('a vote whose answer is lost waits, says so, and is sent again with the same key', async () => {
  const poll = openPoll(snapshot(1, 0, 0))
  const cast = poll.vote([2])
  await until(() => received.length === 1)
  received[0]?.cut()
  await cast
  expect([poll.answer.value, poll.numbers(), poll.refusal.value]).toEqual([[2], [0, 0, 0], waits])
  await until(() => received.length === 2)
  received[1]?.answer(201, snapshot(2, 0, 1))
  await until(() => poll.refusal.value === '' && poll.counted.value.length > 0)
  expect([poll.answer.value, poll.numbers(), received[1]?.key]).toEqual([[2], [0, 1, 1], received[0]?.key])
})

test.each([
  [408, 'request-timeout'],
  [429, 'too-many-requests'],
  [500, 'internal-error'],
  [503, 'shutting-down'],
  [503, 'server-busy'],
  [503, 'store-unavailable'],
])(
  'a vote that is answered with %i %s waits too, and does not say that there is no connection',
  async (status, code) => {
    const poll = openPoll(snapshot(1, 0, 0))
    const cast = poll.vote([2])
    await until(() => received.length === 1)
    received[0]?.answer(status, { title: '', status, code, detail: '' })
    await cast
    expect(poll.refusal.value).toBe(isBusy)
    await until(() => received.length === 2)
    received[1]?.answer(201, snapshot(2, 0, 1))
    await until(() => poll.counted.value.length > 0)
  },
)

test('a waiting vote is sent at once when the stream is back', async () => {
  const poll = openPoll(snapshot(1, 0, 0))
  poll.state.value = 'reconnecting'
  await nextTick()
  const cast = poll.vote([2])
  await until(() => received.length === 1)
  received[0]?.cut()
  await cast
  poll.state.value = 'live'
  await until(() => received.length === 2)
  received[1]?.answer(201, snapshot(2, 0, 1))
  await until(() => poll.counted.value.length > 0 && poll.refusal.value === '')
})

test('a waiting vote is kept over a reload, and sent once', async () => {
  const poll = openPoll(snapshot(1, 0, 0))
  const cast = poll.vote([2])
  await until(() => received.length === 1)
  received[0]?.cut()
  await cast
  tabs[0]?.stop()
  const again = openPoll(snapshot(1, 0, 0))
  expect(again.answer.value).toEqual([2])
  await until(() => received.length === 2)
  received[1]?.answer(201, snapshot(2, 0, 1))
  await until(() => again.counted.value.length > 0)
  expect(received[1]?.key).toBe(received[0]?.key)
  const third = openPoll(snapshot(2, 0, 1), [2])
  expect([third.refusal.value, third.answer.value]).toEqual(['', [2]])
})

test('a waiting vote can be changed: it is answered first, by its key, so that the last answer is the same voter’s', async () => {
  const poll = openPoll(snapshot(1, 0, 0))
  const cast = poll.vote([2])
  await until(() => received.length === 1)
  received[0]?.cut()
  await cast
  void poll.vote([1])
  expect([poll.answer.value, poll.refusal.value]).toEqual([[1], waits])
  await until(() => received.length === 2)
  expect([received[1]?.choiceIds, received[1]?.key]).toEqual([[2], received[0]?.key])
  onTestFinished(renewVoterToken)
  received[1]?.answer(201, snapshot(2, 0, 1), { 'Pollcast-Voter': 'token' })
  await until(() => received.length === 3)
  expect([received[2]?.choiceIds, received[2]?.voter, received[2]?.key === received[0]?.key]).toEqual([
    [1],
    'token',
    false,
  ])
  received[2]?.answer(201, snapshot(3, 1, 0))
  await until(() => poll.counted.value[0] === 1)
  expect([poll.answer.value, poll.numbers(), poll.refusal.value]).toEqual([[1], [1, 0, 1], ''])
  expect(storageOf('waiting abcdefgh CODE').read()).toBeUndefined()
})

test('a vote that is changed before its answer is lost is sent again as it was, and then as it was changed, over a reload too', async () => {
  const poll = openPoll(snapshot(1, 0, 0))
  const cast = poll.vote([2])
  await until(() => received.length === 1)
  void poll.vote([1])
  received[0]?.cut()
  await cast
  expect([poll.answer.value, poll.refusal.value]).toEqual([[1], waits])
  tabs[0]?.stop()
  const again = openPoll(snapshot(1, 0, 0))
  expect(again.answer.value).toEqual([1])
  await until(() => received.length === 2)
  expect([received[1]?.choiceIds, received[1]?.key]).toEqual([[2], received[0]?.key])
  received[1]?.answer(201, snapshot(2, 0, 1))
  await until(() => received.length === 3)
  expect([received[2]?.choiceIds, received[2]?.key === received[0]?.key]).toEqual([[1], false])
  received[2]?.answer(201, snapshot(3, 1, 0))
  await until(() => again.counted.value[0] === 1)
})

test('where a waiting vote can’t be cast any more, what it was changed to is', async () => {
  const poll = openPoll(snapshot(1, 0, 0))
  const cast = poll.vote([2])
  await until(() => received.length === 1)
  received[0]?.cut()
  await cast
  void poll.vote([1])
  await until(() => received.length === 2)
  received[1]?.answer(422, { title: '', status: 422, code: 'choice-not-found', detail: '' })
  await until(() => received.length === 3)
  expect([received[2]?.choiceIds, received[2]?.key === received[0]?.key]).toEqual([[1], false])
  received[2]?.answer(201, snapshot(2, 1, 0))
  await until(() => poll.counted.value[0] === 1)
})

test('a vote that waited until another round is not counted in that one, and says so', async () => {
  const poll = openPoll(snapshot(5, 0, 0))
  const cast = poll.vote([2])
  await until(() => received.length === 1)
  received[0]?.cut()
  await cast
  asked = () => pollOf({ ...snapshot(6, 0, 0), round: 2 })
  poll.merge({ ...snapshot(6, 0, 0), round: 2 })
  await nextTick()
  expect(poll.answer.value).toEqual([])
  await until(() => poll.refusal.value === 'Your vote was not counted. Please vote again.')
  expect([refusedVotes.value.map(({ reason }) => reason), received.length]).toEqual([
    ['Another round has begun since.'],
    1,
  ])
})

test('a waiting vote that is refused says why', async () => {
  const poll = openPoll(snapshot(1, 0, 0))
  const cast = poll.vote([2])
  await until(() => received.length === 1)
  received[0]?.cut()
  await cast
  await until(() => received.length === 2)
  received[1]?.answer(409, refusal)
  await until(() => poll.refusal.value === 'This poll is closed.')
  expect(poll.answer.value).toEqual([])
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
  const changed = other.vote([2])
  expect(other.numbers()).toEqual([0, 1, 1])
  await until(() => received.length === 2)
  received[1]?.answer(201, snapshot(3, 0, 1))
  await changed
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

test('a vote whose request hung is not sent over a later one that another tab has had counted meanwhile', async () => {
  const one = openPoll(snapshot(1, 0, 0))
  const other = openPoll(snapshot(1, 0, 0))
  void one.vote([1])
  await until(() => received.length === 1)
  const cast = other.vote([2])
  await until(() => received.length === 2)
  received[1]?.answer(201, snapshot(2, 0, 1))
  await cast
  await until(() => one.counted.value[0] === 2)
  received[0]?.cut()
  // It may have been counted all the same, after the other: so that one is sent once more.
  await until(() => received.length === 3)
  expect(received[2]?.choiceIds).toEqual([2])
  received[2]?.answer(201, snapshot(2, 0, 1))
  await until(() => one.refusal.value === '' && storageOf('waiting abcdefgh CODE').read() === undefined)
  expect([one.answer.value, received.length]).toEqual([[2], 3])
})

test('a vote whose request hung, and was counted after a later one of another tab, is followed by that one again', async () => {
  const one = openPoll(snapshot(1, 0, 0))
  const other = openPoll(snapshot(1, 0, 0))
  const casts = [one.vote([1])]
  await until(() => received.length === 1)
  casts.push(other.vote([2]))
  await until(() => received.length === 2)
  received[1]?.answer(201, snapshot(2, 0, 1))
  await until(() => one.counted.value[0] === 2)
  received[0]?.answer(201, snapshot(3, 1, 0))
  await until(() => received.length === 3)
  expect(received[2]?.choiceIds).toEqual([2])
  received[2]?.answer(201, snapshot(4, 0, 1))
  await Promise.all(casts)
  await until(() => [one, other].every((tab) => tab.counted.value[0] === 2))
})

test('a vote that waits in a tab is dropped when a later one of another tab is counted', async () => {
  const one = openPoll(snapshot(1, 0, 0))
  const other = openPoll(snapshot(1, 0, 0))
  const held: ((poll: Poll) => void)[] = []
  asked = () => new Promise((resolve) => held.push(resolve))
  const cast = one.vote([1])
  await until(() => received.length === 1)
  const later = other.vote([2])
  await until(() => received.length === 2)
  received[0]?.cut()
  await cast
  expect(one.refusal.value).toBe(waits)
  received[1]?.answer(201, snapshot(2, 0, 1))
  await later
  expect(storageOf('waiting abcdefgh CODE').read()).toBeUndefined()
  for (const answer of held) answer(pollOf(snapshot(2, 0, 1)))
  await runEventLoop(50)
  expect(received).toHaveLength(2)
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

test('with a new round the own vote is gone, and the next one counts in it', async () => {
  const poll = openPoll(snapshot(5, 1, 0), [1])
  poll.merge({ ...snapshot(6, 0, 0), round: 2 })
  await nextTick()
  expect([poll.answer.value, poll.receipt.value, poll.numbers()]).toEqual([[], null, [0, 0, 0]])
  const cast = poll.vote([1])
  await until(() => received.length === 1)
  received[0]?.answer(201, { ...snapshot(7, 1, 0), round: 2 })
  await cast
  expect([poll.answer.value, poll.receipt.value]).toEqual([[1], 'receipt'])
})

test('after a restore the own vote is what the database has, and later ones show though their revisions are lower', async () => {
  const poll = openPoll(snapshot(9, 1, 0), [1], {}, 'E1')
  asked = () => pollOf(snapshot(2, 0, 0))
  const restored = { ...snapshot(2, 0, 0), epoch: 'E2' }
  poll.merge(restored)
  await until(() => poll.counted.value.length === 0)
  expect(poll.numbers()).toEqual([0, 0, 0])
  const cast = poll.vote([2])
  await until(() => received.length === 1)
  received[0]?.answer(201, snapshot(3, 0, 1))
  await cast
  expect([poll.counted.value, poll.numbers()]).toEqual([[2], [0, 1, 1]])
})

test('an answer from the round before does not come back as the own vote', async () => {
  const poll = openPoll(snapshot(5, 0, 0))
  const cast = poll.vote([1])
  await until(() => received.length === 1)
  poll.merge({ ...snapshot(7, 0, 0), round: 2 })
  await nextTick()
  received[0]?.answer(201, snapshot(6, 1, 0))
  await cast
  expect(poll.answer.value).toEqual([])
})

test('where voters see results, they are there with the answer to the vote', async () => {
  const poll = openPoll(hidden(snapshot(5, 3, 4)), [], { resultsVisibility: 'after-vote' })
  const cast = poll.vote([1])
  expect(poll.numbers()).toEqual([null, null, 8])
  await until(() => received.length === 1)
  received[0]?.answer(201, { ...snapshot(2, 4, 4), view: 'voted' })
  await cast
  expect(poll.numbers()).toEqual([4, 4, 8])
})

test('a vote for hidden results is counted once, whether the stream or the answer is first', async () => {
  const poll = openPoll(hidden(snapshot(5, 3, 4)), [], { resultsVisibility: 'host' })
  const cast = poll.vote([1])
  await until(() => received.length === 1)
  poll.merge(hidden(snapshot(6, 4, 4)))
  expect(poll.numbers().at(-1)).toBe(8)
  received[0]?.answer(201, hidden(snapshot(6, 4, 4)))
  await cast
  expect(poll.numbers().at(-1)).toBe(8)
})

test('a vote can be taken back', async () => {
  const poll = openPoll(snapshot(5, 1, 2), [1])
  const taken = poll.takeBack()
  expect(poll.numbers()).toEqual([0, 2, 2])
  await until(() => received.length === 1)
  expect(received[0]?.method).toBe('DELETE')
  received[0]?.answer(200, snapshot(6, 0, 2))
  await taken
  expect([poll.answer.value, poll.numbers()]).toEqual([[], [0, 2, 2]])
})

test('a code goes with the vote where the poll takes codes, and only there', async () => {
  for (const voteMode of ['code', 'browser'] as const) {
    const poll = openPoll(snapshot(1, 0, 0), [], { voteMode })
    const cast = poll.vote([1])
    await until(() => received.length === 1)
    expect(received[0]?.code).toBe(voteMode === 'code' ? 'CODE' : undefined)
    received.pop()?.answer(201, snapshot(2, 1, 0))
    await cast
  }
})

test('on a tablet that is passed around, a vote that is sent again after a lost answer is the same vote', async () => {
  const poll = openPoll(snapshot(1, 0, 0), [], { voteMode: 'none' })
  const cast = poll.vote([1])
  await until(() => received.length === 1)
  received[0]?.cut()
  await cast
  expect(poll.refusal.value).toMatch(/may not have been counted/)
  void poll.vote([1])
  await until(() => received.length === 2)
  expect(received[1]?.key).toBe(received[0]?.key)
})

test('a refusal is told with its code', async () => {
  const poll = openPoll(snapshot(1, 0, 0), [], { voteMode: 'code' })
  const cast = poll.vote([1])
  await until(() => received.length === 1)
  received[0]?.answer(401, { title: '', status: 401, code: 'invalid-code', detail: 'No such code.' })
  await cast
  expect([poll.refusalCode.value, poll.refusal.value]).toEqual([
    'invalid-code',
    expect.stringMatching(/belong to this room/),
  ])
})
