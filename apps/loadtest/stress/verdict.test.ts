import { ballotIdOf, hashCode } from '@pollcast/api/polls/ballot-id'
import { snapshotSchema } from '@pollcast/shared/poll'
import type { EndData } from '@pollcast/shared/stream'
import { expect, test } from 'vitest'
import type { StoredPoll } from './backend.ts'
import { streamsBehind } from './convergence.ts'
import { History, type VoterRecord } from './history.ts'
import { unexpectedLines } from './log.ts'
import { checkRefusal } from './refusal.ts'
import { StreamObserver } from './stream-observer.ts'
import { judge } from './verdict.ts'

const ID = 'abcdefgh'
const [A, B] = [1, 2]
const NOW = '2026-11-26T12:00:00.000Z'
const KEY = 'key'

const ballotOf = (voterId: string) => ballotIdOf(KEY, ID, { voterId })
const idOf = (revision: number | string, pollId = ID) => `epoch.${pollId}.public.${revision}.mac`

const snapshot = (revision: number, votes: [number, number], pollId = ID) => {
  const choices = votes.map((count, index) => ({ id: index + 1, text: 'ab'[index] ?? '', votes: count }))
  const totalVotes = votes[0] + votes[1]
  const shown = { view: 'public', round: 1, voters: totalVotes, closesAt: null, now: NOW, resultsHidden: false }
  return snapshotSchema.parse({ pollId, revision, status: 'open', totalVotes, choices, ...shown })
}

const stored = (revision: number, ballots: Record<string, number[]>): StoredPoll => {
  const held = Object.entries(ballots).map(([voterId, choiceIds]) => ({ ballotId: ballotOf(voterId), choiceIds }))
  const count = (choice: number) => held.filter(({ choiceIds }) => choiceIds.includes(choice)).length
  const choices = [A, B].map((id) => ({ id, text: 'ab'[id - 1] ?? '', votes: count(id) }))
  return { id: ID, revision, publicRevision: revision, totalVotes: held.length, choices, ballots: held }
}

/** Two voters: `one` has voted for A and then B, both acknowledged; `two` for A, and B was not answered. */
const voted = () => {
  const history = new History()
  const [one, two] = [history.newVoter(ID), history.newVoter(ID)]
  history.voteAcknowledged(one, A, snapshot(1, [1, 0]), 'one.signature')
  history.voteAcknowledged(one, B, snapshot(2, [0, 1]), undefined)
  history.voteAcknowledged(two, A, snapshot(3, [1, 1]), 'two.signature')
  history.voteUnanswered(two, B)
  return { history, one, two }
}

const failures = ({ failures: { all } }: History) => Object.keys(all).join('\n')

test('votes that were acknowledged and are counted are right, whether the unanswered one is counted or not', () => {
  for (const [revision, two, landed] of [
    [3, A, 0],
    [4, B, 1],
  ] as const) {
    const { history } = voted()
    expect(judge(history, [stored(revision, { one: [B], two: [two] })], KEY)).toBe(landed)
    expect(failures(history)).toBe('')
  }
})

test('a first vote that was not answered may be counted, once, on its choice', () => {
  const judged = (...ballots: [string, number][]) => {
    const { history } = voted()
    history.voteUnanswered(history.newVoter(ID), B)
    const strangers = Object.fromEntries(ballots.map(([id, choice]) => [id, [choice]]))
    judge(history, [stored(3 + ballots.length, { one: [B], two: [A], ...strangers })], KEY)
    return failures(history)
  }
  expect(judged()).toBe('')
  expect(judged(['x', B])).toBe('')
  expect(judged(['x', A])).toContain('a vote that nobody cast')
  expect(judged(['x', B], ['y', B])).toContain('a vote that nobody cast')
})

test("a code's first vote that was not answered may be counted or not; one that was acknowledged is on the code's ballot", () => {
  const code = '23456789AB'
  const judged = (...choiceIds: number[]) => {
    const poll = stored(0, {})
    const ballotId = ballotIdOf(KEY, ID, { codeHash: hashCode(code) ?? '' })
    const votes = choiceIds.length
    const choices = poll.choices.map((choice) => ({ ...choice, votes: Number(choiceIds.includes(choice.id)) }))
    return { ...poll, revision: votes, totalVotes: votes, choices, ballots: votes ? [{ ballotId, choiceIds }] : [] }
  }
  for (const [choices, landed] of [
    [[], 0],
    [[A], 1],
  ] as const) {
    const history = new History()
    history.voteUnanswered(history.newVoter(ID, code), A)
    expect(judge(history, [judged(...choices)], KEY)).toBe(landed)
    expect(failures(history)).toBe('')
  }
  for (const [choices, failure] of [
    [[], 'lost: its voter has no ballot'],
    [[B], 'lost: its ballot is on another choice'],
  ] as const) {
    const history = new History()
    history.voteAcknowledged(history.newVoter(ID, code), A, snapshot(1, [1, 0]), 'one.signature')
    judge(history, [judged(...choices)], KEY)
    expect(failures(history)).toContain(failure)
  }
})

test.each<[string, StoredPoll, RegExp]>([
  ['an acknowledged ballot that is gone', stored(2, { two: [A] }), /lost: its voter has no ballot/],
  ['a ballot on the choice before', stored(3, { one: [A], two: [A] }), /lost: its ballot is on another choice/],
  ['a voter with both choices', stored(3, { one: [A, B], two: [A] }), /more choices/],
  ['a vote that counted twice', stored(4, { one: [B], two: [A] }), /revision 4 after 3 votes/],
  ['a vote without a revision', stored(2, { one: [B], two: [A] }), /revision 2 after 3 votes/],
  ['a total beside its ballots', { ...stored(3, { one: [B], two: [A] }), totalVotes: 3 }, /says 3 votes/],
  [
    'counters beside their ballots',
    { ...stored(3, { one: [B], two: [A] }), choices: stored(3, { one: [A], two: [A] }).choices },
    /its ballots 1,1/,
  ],
])('%s is noticed', (_, poll, failure) => {
  const { history } = voted()
  judge(history, [poll], KEY)
  expect(failures(history)).toMatch(failure)
})

test('one revision with two contents is noticed, whichever clients see them', () => {
  const { history } = voted()
  history.read(snapshot(3, [2, 0]), 'a frame')
  expect(failures(history)).toContain('a frame: revision 3 of abcdefgh has two contents')
})

test('counts that shrink, or grow by more than there were votes, are noticed', () => {
  for (const wrong of [snapshot(4, [0, 0]), snapshot(4, [2, 2])]) {
    const { history } = voted()
    history.read(wrong, 'a frame')
    judge(history, [stored(4, { one: [B], two: [B] })], KEY)
    expect(failures(history)).toMatch(/had 2 votes at revision 3, [04] at 4/)
  }
})

test('a revision that was shown and is not in the database is noticed', () => {
  const { history } = voted()
  history.read(snapshot(9, [1, 1]), 'a frame')
  judge(history, [stored(3, { one: [B], two: [A] })], KEY)
  expect(failures(history)).toContain('revision 9 of abcdefgh was shown, and the database is at 3')
})

test.each<[string, (history: History, two: VoterRecord) => void, RegExp]>([
  [
    'is not a snapshot',
    (history, two) => history.voteAcknowledged(two, B, { revision: 4 }, undefined),
    /is not a snapshot/,
  ],
  ['does not add up', (history) => history.read({ ...snapshot(4, [1, 1]), totalVotes: 3 }, 'a frame'), /add up to 2/],
  [
    'is older than the vote',
    (history, two) => history.voteAcknowledged(two, B, snapshot(3, [1, 1]), undefined),
    /after 3/,
  ],
  [
    'comes without a cookie',
    (h) => h.voteAcknowledged(h.newVoter(ID), A, snapshot(4, [2, 1]), undefined),
    /without a cookie/,
  ],
])('an answer that %s is noticed', (_, told, failure) => {
  const { history, two } = voted()
  told(history, two)
  expect(failures(history)).toMatch(failure)
})

const frame = (event: string, revision: number, id = idOf(revision), pollId = ID) => {
  return { event, id, data: JSON.stringify(snapshot(revision, [revision, 0], pollId)) }
}

const end = (reason: EndData['reason']) => ({ event: 'end', id: undefined, data: JSON.stringify({ reason }) })
const current = (id: string) => ({ event: 'current', id, data: '{}' })

test('a stream that only goes on, over several connections, is right', () => {
  const history = new History()
  const stream = new StreamObserver(history, [ID])
  expect(stream.lastEventId).toBeUndefined()
  stream.connected(() => true)
  for (const seen of [frame('snapshot', 3), frame('update', 4), frame('update', 7)]) stream.received(seen)
  expect(stream.lastEventId).toBe(idOf(7))
  stream.connected(() => true)
  for (const seen of [frame('snapshot', 7), frame('update', 8), end('shutdown')]) stream.received(seen)
  stream.connected(() => true)
  for (const seen of [current(idOf(8)), frame('update', 9)]) stream.received(seen)
  expect(failures(history)).toBe('')
  expect(history).toMatchObject({ frames: 8, wentBack: 0 })
})

test.each([
  ['goes back', [frame('snapshot', 3), frame('update', 5), frame('update', 4)], /from revision 5 to 4/],
  ['shows a revision twice', [frame('snapshot', 3), frame('update', 3)], /from revision 3 to 3/],
  ['begins with an update', [frame('update', 3)], /first event .* "update"/],
  ['begins twice', [frame('snapshot', 3), frame('snapshot', 4)], /later event .* "snapshot"/],
  ['has an id that is another', [frame('snapshot', 3, idOf(4))], /had the id .*public.4/],
  ['is of another poll', [frame('snapshot', 3, idOf(3, 'bcdefghj'), 'bcdefghj')], /did not ask for/],
  ['calls something current that it has not shown', [current(idOf(3))], /told that .*public.3.mac is current/],
  ['calls something else current', [frame('snapshot', 3), current(idOf(4))], /told that .*public.4.mac is current/],
  ['says that its poll was deleted', [frame('snapshot', 3), end('deleted')], /ended by .*deleted/],
  ['carries no snapshot', [{ event: 'snapshot', id: '3', data: '{"revision":3' }], /not a snapshot/],
])('a stream that %s is noticed', (_, frames, failure) => {
  const history = new History()
  const stream = new StreamObserver(history, [ID])
  stream.connected(() => true)
  for (const seen of frames) stream.received(seen)
  expect(failures(history)).toMatch(failure)
})

test('a stream that comes back to something older is noticed, where the node could read what it had seen', () => {
  for (const [polls, readable, found] of [
    [[ID], true, true],
    [[ID], false, false],
    // The id of such a stream may be of any of its polls.
    [[ID, 'bcdefghj'], true, false],
  ] as const) {
    const history = new History()
    const stream = new StreamObserver(history, polls)
    stream.connected(() => true)
    stream.received(frame('snapshot', 5))
    stream.connected(() => readable)
    stream.received(frame('snapshot', 4))
    expect(history.wentBack).toBe(1)
    expect(failures(history)).toBe(found ? `a stream of ${ID} that had seen revision 5 came back to 4` : '')
  }
})

test('a stream that ends behind the database is noticed', () => {
  const stream = new StreamObserver(new History(), [ID])
  stream.connected(() => true)
  stream.received(frame('snapshot', 5))
  expect(streamsBehind([stream], new Map([[ID, 5]]))).toEqual([])
  expect(streamsBehind([stream], new Map([[ID, 6]]))).toEqual([
    'stream 0 ended on revision 5 of abcdefgh, the database on 6',
  ])
})

test('a server may refuse for a temporary reason, if it says when to retry', () => {
  const refused = (status: number, code: string, headers: Record<string, string>) => {
    const { failures: noted } = new History()
    const body = JSON.stringify({ title: 'Refused', status, code, detail: 'Refused.' })
    checkRefusal(noted, 'node 1 answered a vote', new Response(body, { status, headers }), body)
    return Object.keys(noted.all).length
  }
  expect(refused(503, 'store-unavailable', { 'Retry-After': '2' })).toBe(0)
  expect(refused(503, 'shutting-down', { 'Retry-After': '1' })).toBe(0)
  expect(refused(503, 'store-unavailable', {})).toBe(1)
  expect(refused(503, 'page-not-built', { 'Retry-After': '2' })).toBe(1)
  expect(refused(500, 'internal-error', { 'Retry-After': '2' })).toBe(1)
  expect(refused(200, 'store-unavailable', { 'Retry-After': '2' })).toBe(1)
})

test('what a server logs of an outage is allowed, and any other error is not', () => {
  const line = (msg: string) => `${JSON.stringify({ level: 50, err: { message: msg }, msg })}\n`
  const away = line('PubSub disconnected, reconnecting: connect ECONNREFUSED 127.0.0.1:6379')
  const broken = line('The work went on after one of its statements had failed.')
  expect(
    unexpectedLines(`Pollcast is at http://127.0.0.1:3000\n${away}Pollcast is closing …\n{"level":50,"ti`),
  ).toEqual([])
  expect(unexpectedLines(away + broken)).toEqual([broken.trim()])
  expect(unexpectedLines('TypeError: x is undefined\n')).toHaveLength(1)
})
