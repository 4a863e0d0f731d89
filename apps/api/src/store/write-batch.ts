import type { Snapshot } from '@pollcast/shared/poll'
import { checkVote } from '../polls/check-vote.ts'
import { type PollError, pollNotFound } from '../polls/errors.ts'
import type { RecordedVote, Vote } from '../polls/poll-store.ts'
import { Tally } from '../polls/tally.ts'
import { DatabaseBusy } from './outage.ts'
import { all, type Query, type Transaction } from './transactions.ts'
import { UsedKeys } from './used-keys.ts'
import type { VoteSql } from './vote-sql.ts'

interface PollState {
  round: number
  maxChoices: number
  snapshot: Snapshot
}

type PollRow = Omit<Snapshot, 'choices'> & Omit<PollState, 'snapshot'> & Snapshot['choices'][number]
type BallotRow = { pollId: string; voterId: string; choiceIds: string }

/**
 * Records the votes inside the transaction, and answers for each, in order, with what was recorded or why it was
 * refused: a vote that breaks a rule does not fail its neighbours. Ballot, counters and revision change together; the
 * revision grows by one for each vote that changed something. Statements that don't need each other are handed over
 * together: each hop to the database and back costs more than its work, and a hot poll is locked for the length of it.
 */
export async function writeBatch(
  { query, inDoubt, waits }: Omit<Transaction, 'manager'>,
  sql: VoteSql,
  votes: readonly Vote[],
): Promise<(RecordedVote | PollError)[]> {
  const [locked, polls, ballots, keys] = await all([
    lockPolls(query, waits ? sql.lockPolls : sql.lockFreePolls, votes),
    readPolls(query, sql, votes),
    readBallots(query, sql, votes),
    UsedKeys.read(query, sql, votes),
  ])
  const elsewhere = await readStrangeChoices(query, sql, votes, polls)
  const tallies = new Map(
    [...polls].map(([id, { snapshot }]) => [id, new Tally(snapshot, ballots.get(id) ?? new Map())]),
  )

  const results = votes.map((vote) => {
    const poll = polls.get(vote.pollId)
    const tally = tallies.get(vote.pollId)
    if (!poll || !tally) return pollNotFound(vote.pollId)
    if (locked && !locked.has(vote.pollId)) return new DatabaseBusy()
    const first = keys.firstVoterOf(vote)
    if (first instanceof Error) return first
    if (first !== undefined) return { tally, changed: false, firstVoterId: first }
    const broken = checkVote(vote, poll, elsewhere)
    if (broken) return broken
    keys.add(vote)
    return { tally, changed: tally.cast(vote.voterId, vote.choiceIds) }
  })

  await all([writeTallies(query, sql, polls, tallies), keys.write(query, sql)])
  return results.map((result) => {
    if (result instanceof Error) return result
    // Votes that were committed already, without anyone hearing of it, have changed the poll and are still to be told.
    const recorded = { changed: result.changed || inDoubt, snapshot: result.tally.snapshot }
    return 'firstVoterId' in result ? { ...recorded, firstVoterId: result.firstVoterId } : recorded
  })
}

/** The polls that no other transaction writes from now on; undefined where none does anyway. */
async function lockPolls(
  query: Query,
  lock: string | undefined,
  votes: readonly Vote[],
): Promise<Set<string> | undefined> {
  if (lock === undefined) return undefined
  const rows = await query<{ id: string }>(lock, [pollIds(votes)])
  return new Set(rows.map((row) => row.id))
}

const pollIds = (votes: readonly Vote[]) => JSON.stringify([...new Set(votes.map((vote) => vote.pollId))])

async function readPolls(query: Query, sql: VoteSql, votes: readonly Vote[]): Promise<Map<string, PollState>> {
  const rows = await query<PollRow>(sql.polls, [pollIds(votes)])
  const polls = new Map<string, PollState>()
  for (const { id, text, votes, round, maxChoices, ...poll } of rows) {
    const state = polls.get(poll.pollId) ?? { round, maxChoices, snapshot: { ...poll, choices: [] } }
    polls.set(poll.pollId, state)
    state.snapshot.choices.push({ id, text, votes })
  }
  return polls
}

/** Those choices that votes name though their poll has them not, and that belong to another one. */
async function readStrangeChoices(
  query: Query,
  sql: VoteSql,
  votes: readonly Vote[],
  polls: ReadonlyMap<string, PollState>,
): Promise<Set<number>> {
  const strange = votes.flatMap(({ pollId, choiceIds }) => {
    const own = polls.get(pollId)?.snapshot.choices
    return own ? choiceIds.filter((id) => !own.some((choice) => choice.id === id)) : []
  })
  if (strange.length === 0) return new Set()
  const rows = await query<{ id: number }>(sql.choicesThatAre, [JSON.stringify(strange)])
  return new Set(rows.map((row) => row.id))
}

/** The ballots that the votes' voters have cast before, by poll and voter. */
async function readBallots(
  query: Query,
  sql: VoteSql,
  votes: readonly Vote[],
): Promise<Map<string, Map<string, number[]>>> {
  const rows = await query<BallotRow>(sql.ballots, [
    JSON.stringify(votes.map(({ pollId, voterId }) => [pollId, voterId])),
  ])
  const ballots = new Map<string, Map<string, number[]>>()
  for (const { pollId, voterId, choiceIds } of rows) {
    const ofPoll = ballots.get(pollId) ?? new Map<string, number[]>()
    ballots.set(pollId, ofPoll.set(voterId, JSON.parse(choiceIds)))
  }
  return ballots
}

async function writeTallies(
  query: Query,
  sql: VoteSql,
  polls: ReadonlyMap<string, PollState>,
  tallies: ReadonlyMap<string, Tally>,
): Promise<void> {
  const changed = [...tallies].filter(([, tally]) => tally.changed.size > 0)
  if (changed.length === 0) return

  const ballots = changed.flatMap(([pollId, tally]) =>
    [...tally.changed].map(([voterId, ids]) => [pollId, polls.get(pollId)?.round, voterId, JSON.stringify(ids)]),
  )
  const snapshots = changed.map(([, tally]) => tally.snapshot)
  const choices = snapshots.flatMap((snapshot) => snapshot.choices.map(({ id, votes }) => [id, votes]))
  await all([
    query(sql.writeBallots, [JSON.stringify(ballots)]),
    query(sql.writeChoices, [JSON.stringify(choices)]),
    query(sql.writePolls, [JSON.stringify(snapshots.map((s) => [s.pollId, s.revision, s.totalVotes]))]),
  ])
}
