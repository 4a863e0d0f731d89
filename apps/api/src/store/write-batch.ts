import { ballotIdsOf, decideVote } from '../polls/decide-vote.ts'
import { type PollError, pollNotFound } from '../polls/errors.ts'
import { kindOf } from '../polls/kinds/index.ts'
import type { KindName } from '../polls/kinds/kind.ts'
import type { RecordedVote, Vote } from '../polls/ports.ts'
import type { PollState } from '../polls/state.ts'
import { Tally } from '../polls/tally.ts'
import { Bursts } from './bursts.ts'
import { DatabaseBusy } from './database-errors.ts'
import { IdempotencyKeys } from './idempotency-keys.ts'
import { OneTimeCodes } from './one-time-codes.ts'
import { type PollRow, stateOfRow } from './poll-rows.ts'
import { all, type Query, type Transaction } from './transactions.ts'
import type { VoteSql } from './vote-sql.ts'

/**
 * Records the votes inside the transaction, and answers for each, in order, with what was recorded or why it was
 * refused: a vote that breaks a rule does not fail its neighbours. Ballot, counters and revision change together; the
 * revision grows by one for each vote that changed something. Statements that don't need each other are handed over
 * together: each hop to the database and back costs more than its work, and a hot poll is locked for the length of it.
 *
 * 10. One voter, one ballot, in the database, whatever is retried, lost, doubled, or opened in two tabs.
 *     (sql-poll-store.contract.test.ts, http/request/idempotency-key.test.ts)
 */
export async function writeBatch(
  { query, inDoubt, waitsForLocks }: Omit<Transaction, 'manager'>,
  sql: VoteSql,
  votes: readonly Vote[],
): Promise<(RecordedVote | PollError)[]> {
  const [locked, polls, ballots, known, bursts] = await all([
    lockPolls(query, waitsForLocks ? sql.lockPolls : sql.lockFreePolls, votes),
    readPolls(query, sql, votes),
    readBallots(query, sql, votes),
    IdempotencyKeys.read(query, sql, votes),
    Bursts.read(query, sql, votes),
  ])
  const foreignKeys = await readForeignKeys(query, sql, votes, polls)
  const codes = await OneTimeCodes.read(query, sql, votes, polls)
  const { answers, voided } = ballots
  const tallies = new Map([...polls].map(([id, poll]) => [id, new Tally(poll, answers.get(id) ?? new Map())]))

  const results = votes.map((vote) => {
    const tally = tallies.get(vote.pollId)
    if (!tally) return pollNotFound()
    if (locked && !locked.has(vote.pollId)) return new DatabaseBusy()
    const decision = decideVote(vote, tally, {
      foreignKeys: foreignKeys.get(tally.before.kind) ?? NONE,
      known,
      isCode: ({ codeHash }) => codes.has(tally.before.room.code, codeHash),
      isVoided: (ballotId) => bursts.isVoided(vote) || voided.has(ballotId),
    })
    if (decision instanceof Error) return decision
    if (decision.isNew) bursts.add(vote, tally, decision.ballotId)
    if (decision.changed) codes.use(tally.before.room.code, vote.codeHash)
    return { tally, ...decision }
  })

  await all([
    writeTallies(query, sql, [...tallies.values()], bursts),
    known.write(query, sql),
    codes.write(query, sql),
    bursts.write(query, sql),
  ])
  return results.map((result) => {
    if (result instanceof Error) return result
    const { tally, changed, isRepeat, ballotId } = result
    // Votes committed by an attempt whose response was lost still have to be published, and are no repeats.
    return {
      changed: changed || inDoubt,
      isRepeat: isRepeat && !inDoubt,
      poll: tally.after,
      ballotId,
      ballot: tally.ballot(ballotId),
    }
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
  return new Map(rows.map((row) => [row.id, stateOfRow(row)]))
}

const NONE: ReadonlySet<string> = new Set()

/** By kind, those counters that votes name though their poll does not have them, and that another poll of the kind has. */
async function readForeignKeys(
  query: Query,
  sql: VoteSql,
  votes: readonly Vote[],
  polls: ReadonlyMap<string, PollState>,
): Promise<Map<KindName, Set<string>>> {
  const unknown = votes.flatMap(({ pollId, answer }) => {
    const poll = polls.get(pollId)
    return poll && answer !== null
      ? [...kindOf(poll).counts(answer).keys()].filter((key) => !(key in poll.counters))
      : []
  })
  const known = new Map<KindName, Set<string>>()
  if (unknown.length === 0) return known
  const rows = await query<{ key: string; kind: KindName }>(sql.knownCounterKeys, [JSON.stringify(unknown)])
  for (const { key, kind } of rows) known.set(kind, (known.get(kind) ?? new Set()).add(key))
  return known
}

interface FoundBallots {
  /** By poll and id. */
  answers: Map<string, Map<string, string>>
  /** The ids of those that a host has voided. */
  voided: Set<string>
}

/** The ballots that are there already. */
async function readBallots(query: Query, sql: VoteSql, votes: readonly Vote[]): Promise<FoundBallots> {
  const rows = await query<{ pollId: string; ballotId: string; answer: string; voided: number }>(sql.ballots, [
    JSON.stringify(votes.flatMap((vote) => ballotIdsOf(vote).map((id) => [vote.pollId, id]))),
  ])
  const answers: FoundBallots['answers'] = new Map()
  for (const { pollId, ballotId, answer } of rows) {
    const ofPoll = answers.get(pollId) ?? new Map<string, string>()
    answers.set(pollId, ofPoll.set(ballotId, answer))
  }
  return { answers, voided: new Set(rows.flatMap(({ ballotId, voided }) => (voided === 1 ? ballotId : []))) }
}

async function writeTallies(query: Query, sql: VoteSql, tallies: readonly Tally[], bursts: Bursts): Promise<void> {
  const changed = tallies.filter((tally) => tally.changedBallots.size > 0)
  if (changed.length === 0) return
  const votedAt = new Date().toISOString()

  const rowsOf = (values: (tally: Tally) => ReadonlyMap<string, unknown>) =>
    changed.flatMap((tally) => {
      const { id, round } = tally.before
      return [...values(tally)].map(([key, value]) => [id, round, key, value])
    })
  const ballots = rowsOf((tally) => tally.changedBallots)
  const takenBack = ballots.filter((row) => row[3] === null)
  const cast = ballots.filter((row) => row[3] !== null).map((row) => [...row, bursts.ofBallot(String(row[2]))])
  await all([
    cast.length > 0 ? query(sql.writeBallots, [JSON.stringify(cast)]) : Promise.resolve(),
    takenBack.length > 0 ? query(sql.deleteBallots, [JSON.stringify(takenBack)]) : Promise.resolve(),
    query(sql.writeCounters, [JSON.stringify(rowsOf((tally) => tally.movedCounters))]),
    query(sql.writePolls, [
      JSON.stringify(
        changed.map(({ after: { id, revision, voters, publicRevision, votedRevision } }) => {
          return [id, revision, voters, publicRevision, votedRevision, votedAt]
        }),
      ),
    ]),
  ])
}
