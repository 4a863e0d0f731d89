import { ballotIdOf } from '@pollcast/api/polls/ballot-id'
import { expect, test } from 'vitest'
import { History } from './history.ts'
import { judgeRounds, type StoredRound } from './judge-rounds.ts'

const ID = 'abcdefgh'
const KEY = 'key'

const round = (number: number, ballots: Record<string, number>): StoredRound => {
  const held = Object.entries(ballots).map(([voterId, choice]) => {
    return { ballotId: ballotIdOf(KEY, ID, { voterId }), choiceIds: [choice] }
  })
  const votesFor = (choice: number) => held.filter(({ choiceIds }) => choiceIds.includes(choice)).length
  const counters = new Map([1, 2].map((choice) => [choice, votesFor(choice)]))
  return { pollId: ID, round: number, voters: held.length, counters, ballots: held }
}

const snapshot = (revision: number, votes: number | null) => ({
  pollId: ID,
  view: 'public',
  round: 1,
  revision,
  status: 'open',
  voters: revision,
  totalVotes: votes,
  choices: [{ id: 1, text: 'a', votes }],
  closesAt: null,
  now: '2026-11-26T12:00:00.000Z',
  resultsHidden: votes === null,
})

/** A voter of a hosted poll whose vote for 1 was acknowledged, and whose vote for 2 was not answered. */
const voted = () => {
  const history = new History()
  history.hosted.add(ID)
  history.hidden.add(ID)
  const voter = history.newVoter(ID)
  history.voteAcknowledged(voter, 1, snapshot(1, null), 'one.signature')
  history.voteUnanswered(voter, 2)
  return history
}

const judged = (...rounds: StoredRound[]) => {
  const history = voted()
  judgeRounds(history, rounds, KEY)
  return Object.keys(history.failures.all).join('\n')
}

test('a vote is in whichever round it was cast in, and the one that was not answered may have taken its place', () => {
  for (const choice of [1, 2]) expect(judged(round(1, { one: choice }), round(2, { other: 2 }))).toBe('')
})

test.each<[string, StoredRound[], RegExp]>([
  ['an acknowledged vote that is in no round', [round(1, {}), round(2, { other: 1 })], /is in none of its rounds/],
  ['a round with other voters than ballots', [{ ...round(1, { one: 1 }), voters: 2 }], /round 1 .* says 2 voters/],
  ['counters beside their ballots', [{ ...round(1, { one: 1 }), counters: new Map([[1, 2]]) }], /says 2 votes/],
])('%s is noticed', (_, rounds, failure) => {
  expect(judged(...rounds)).toMatch(failure)
})

test.each<[string, object, RegExp]>([
  ['counts that are to be hidden', snapshot(2, 1), /a frame shows the hidden results/],
  ['counts of one choice', { ...snapshot(2, null), choices: [{ id: 1, text: 'a', votes: 1 }] }, /hidden results/],
  ['one public revision with two contents', { ...snapshot(1, null), voters: 2 }, /has two contents/],
])('%s are noticed', (_, body, failure) => {
  const history = voted()
  history.read(body, 'a frame')
  expect(Object.keys(history.failures.all).join('\n')).toMatch(failure)
})
