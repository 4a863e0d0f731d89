import type { Snapshot } from '@pollcast/shared/poll'
import { checkVote } from '../polls/check-vote.ts'
import { type PollError, pollNotFound } from '../polls/errors.ts'
import type { RecordedVote, Vote } from '../polls/poll-store.ts'
import { Tally } from '../polls/tally.ts'
import type { Query } from './statements.ts'

/*
 * Votes that arrive together are written in one transaction. Each statement takes all of the batch as one JSON
 * parameter, so a batch costs the same number of statements whether it holds one vote or five hundred. Statements that
 * don't need each other are handed over together: each hop to SQLite's threads and back costs more than its work.
 */

const POLLS = `
  SELECT p.id AS pollId, p.revision, p.status, p.total_votes AS totalVotes, p.round, p.max_choices AS maxChoices,
         c.id, c.text, c.votes
  FROM json_each($1) AS asked JOIN poll AS p ON p.id = asked.value JOIN choice AS c ON c.poll_id = p.id
  ORDER BY p.id, c.position`

const BALLOTS = `
  SELECT b.poll_id AS pollId, b.voter_id AS voterId, b.choice_ids AS choiceIds
  FROM json_each($1) AS asked
  JOIN poll AS p ON p.id = asked.value ->> 0
  JOIN ballot AS b ON b.poll_id = p.id AND b.round = p.round AND b.voter_id = asked.value ->> 1`

const CHOICES_THAT_ARE = 'SELECT id FROM choice WHERE id IN (SELECT value FROM json_each($1))'

const WRITE_BALLOTS = `
  INSERT INTO ballot (poll_id, round, voter_id, choice_ids)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each($1) WHERE true
  ON CONFLICT (poll_id, round, voter_id) DO UPDATE SET choice_ids = excluded.choice_ids`

const WRITE_CHOICES = `
  UPDATE choice SET votes = written.value ->> 1 FROM json_each($1) AS written WHERE choice.id = written.value ->> 0`

const WRITE_POLLS = `
  UPDATE poll SET revision = written.value ->> 1, total_votes = written.value ->> 2
  FROM json_each($1) AS written WHERE poll.id = written.value ->> 0`

interface PollState {
  round: number
  maxChoices: number
  snapshot: Snapshot
}

type PollRow = Omit<Snapshot, 'choices'> & Omit<PollState, 'snapshot'> & Snapshot['choices'][number]
type BallotRow = { pollId: string; voterId: string; choiceIds: string }

/**
 * Records the votes inside the transaction that `query` runs in, and answers for each, in order, with what was recorded or why
 * it was refused: a vote that breaks a rule does not fail its neighbours. Ballot, counters and revision change
 * together; the revision grows by one for each vote that changed something.
 */
export async function writeBatch(query: Query, votes: readonly Vote[]): Promise<(RecordedVote | PollError)[]> {
  const [polls, ballots] = await all([readPolls(query, votes), readBallots(query, votes)])
  const elsewhere = await readStrangeChoices(query, votes, polls)
  const tallies = new Map(
    [...polls].map(([id, { snapshot }]) => [id, new Tally(snapshot, ballots.get(id) ?? new Map())]),
  )

  const results = votes.map((vote) => {
    const poll = polls.get(vote.pollId)
    const tally = tallies.get(vote.pollId)
    if (!poll || !tally) return pollNotFound(vote.pollId)
    return checkVote(vote, poll, elsewhere) ?? { tally, changed: tally.cast(vote.voterId, vote.choiceIds) }
  })

  await writeTallies(query, polls, tallies)
  return results.map((result) =>
    result instanceof Error ? result : { changed: result.changed, snapshot: result.tally.snapshot },
  )
}

async function readPolls(query: Query, votes: readonly Vote[]): Promise<Map<string, PollState>> {
  const asked = new Set(votes.map((vote) => vote.pollId))
  const rows = await query<PollRow>(POLLS, [JSON.stringify([...asked])])
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
  votes: readonly Vote[],
  polls: ReadonlyMap<string, PollState>,
): Promise<Set<number>> {
  const strange = votes.flatMap(({ pollId, choiceIds }) => {
    const own = polls.get(pollId)?.snapshot.choices
    return own ? choiceIds.filter((id) => !own.some((choice) => choice.id === id)) : []
  })
  if (strange.length === 0) return new Set()
  const rows = await query<{ id: number }>(CHOICES_THAT_ARE, [JSON.stringify(strange)])
  return new Set(rows.map((row) => row.id))
}

/** The ballots that the votes' voters have cast before, by poll and voter. */
async function readBallots(query: Query, votes: readonly Vote[]): Promise<Map<string, Map<string, number[]>>> {
  const rows = await query<BallotRow>(BALLOTS, [JSON.stringify(votes.map(({ pollId, voterId }) => [pollId, voterId]))])
  const ballots = new Map<string, Map<string, number[]>>()
  for (const { pollId, voterId, choiceIds } of rows) {
    const ofPoll = ballots.get(pollId) ?? new Map<string, number[]>()
    ballots.set(pollId, ofPoll.set(voterId, JSON.parse(choiceIds)))
  }
  return ballots
}

async function writeTallies(
  query: Query,
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
    query(WRITE_BALLOTS, [JSON.stringify(ballots)]),
    query(WRITE_CHOICES, [JSON.stringify(choices)]),
    query(WRITE_POLLS, [JSON.stringify(snapshots.map((s) => [s.pollId, s.revision, s.totalVotes]))]),
  ])
}

/** Like Promise.all, but over only when all are: a statement still running must not be caught up in the ROLLBACK. */
async function all<T extends readonly Promise<unknown>[]>(running: readonly [...T]) {
  await Promise.allSettled(running)
  return Promise.all(running)
}
