import type { View } from '@pollcast/shared/poll'
import type { Results, RoomResults } from '@pollcast/shared/results'
import type { LogEntry } from '@pollcast/shared/room'
import type { RoundResult, Rounds } from '@pollcast/shared/rounds'
import { kindOf } from './kinds/index.ts'
import type { Cell, Table } from './kinds/kind.ts'
import { requireExists } from './policy.ts'
import type { AnswerMove, PastRound, PollReader } from './ports.ts'
import { receiptOf } from './receipt.ts'
import { revisionOf } from './revisions.ts'
import { ShuffledBallots } from './shuffled-ballots.ts'
import type { PollState, RoomState } from './state.ts'
import { showsPastRound, showsResults } from './visibility.ts'

/*
 * What leaves Pollcast of a poll to be kept elsewhere. As in views.ts, what is shown is named here or by the kind, and no
 * voter is.
 */

/** A poll with its rounds, as a view shows them. */
export interface PollHistory {
  poll: PollState
  past: readonly PastRound[]
  view: View
}

/** All rounds, oldest first. */
function roundsOf({ poll, past, view }: PollHistory): RoundResult[] {
  const kind = kindOf(poll)
  const ended = past.map(({ round, question, content, voters, counters, endedAt }): RoundResult => {
    const { choices } = kind.showResults(content, showsPastRound(poll, view, voters) ? counters : null, voters)
    return { round, question, voters, choices, endedAt }
  })
  const { round, question, content, voters, counters } = poll
  const { choices } = kind.showResults(content, showsResults(poll, view) ? counters : null, voters)
  return [...ended, { round, question, voters, choices, endedAt: null }]
}

/**
 * The rounds from which moves to the next one can be told: both are shown, and each has one choice of each voter, who has
 * the same ballot in both, as both were voted in the same way.
 */
export function roundsToCompare({ poll, past, view }: PollHistory): number[] {
  if (!showsResults(poll, view)) return []
  const all = [...past.filter(({ voters }) => showsPastRound(poll, view, voters)), poll].filter(
    ({ voteMode, content }) => voteMode !== 'none' && kindOf(poll).showRules(content).maxChoices === 1,
  )
  return all.flatMap(({ round, voteMode }, index) => {
    const next = all[index + 1]
    return next?.round === round + 1 && next.voteMode === voteMode ? round : []
  })
}

/** @param moves of each round to the next, by the number of the first */
export function roundsWithMoves(history: PollHistory, moves: ReadonlyMap<number, AnswerMove[]>): Rounds {
  const kind = kindOf(history.poll)
  const choiceOf = (answer: string | null) => (answer === null ? null : (kind.single(JSON.parse(answer)) ?? undefined))
  return {
    rounds: roundsOf(history),
    moves: [...moves].flatMap(([fromRound, ofRound]) =>
      ofRound.flatMap(({ from, to, voters }) => {
        const [fromChoiceId, toChoiceId] = [choiceOf(from), choiceOf(to)]
        if (fromChoiceId === undefined || toChoiceId === undefined) return []
        return [{ fromRound, toRound: fromRound + 1, fromChoiceId, toChoiceId, voters }]
      }),
    ),
  }
}

function pollResults(history: PollHistory) {
  const { poll, view } = history
  const { minChoices, maxChoices } = kindOf(poll).showRules(poll.content)
  return {
    poll: {
      id: poll.id,
      roomCode: poll.room.code,
      kind: poll.kind,
      question: poll.question,
      status: poll.status,
      round: poll.round,
      revision: revisionOf(poll, view),
      minChoices,
      maxChoices,
      createdAt: poll.createdAt,
    },
    rounds: roundsOf(history),
  }
}

/** The results as a document. @param log only for the host */
export function resultsOf(history: PollHistory, log?: readonly LogEntry[]): Results {
  const ofPoll = log?.filter(({ pollId }) => pollId === history.poll.id)
  return { version: 2, ...pollResults(history), ...(ofPoll && { log: ofPoll }) }
}

/** Those of all polls of a room. */
export function roomResultsOf(
  room: RoomState,
  histories: readonly PollHistory[],
  log?: readonly LogEntry[],
): RoomResults {
  return {
    version: 2,
    room: { code: room.code, title: room.title },
    polls: histories.map(pollResults),
    ...(log && { log: [...log] }),
  }
}

/** The results as a table: one row a choice and round. Each row says what it is about, so that tables can be put together. */
export function resultTableOf(histories: readonly PollHistory[]): Table {
  const parts = histories.flatMap(({ poll, past, view }) => {
    const ofRound = (state: PollState, isShown: boolean) => {
      const { columns, rows } = kindOf(poll).resultTable(state.content, isShown ? state.counters : null, state.voters)
      const about = [poll.room.code, poll.id, state.round, state.question, poll.kind]
      return {
        columns: ['room', 'poll', 'round', 'question', 'kind', ...columns, 'voters'],
        rows: rows.map((cells) => [...about, ...cells, state.voters]),
      }
    }
    return [
      ...past.map((round) => ofRound({ ...poll, ...round }, showsPastRound(poll, view, round.voters))),
      ofRound(poll, showsResults(poll, view)),
    ]
  })
  const [first] = parts
  return { columns: first?.columns ?? RESULT_COLUMNS, rows: parts.flatMap(({ rows }) => rows) }
}

/** Of a room without polls. */
const RESULT_COLUMNS = ['room', 'poll', 'round', 'question', 'kind', 'choice', 'votes', 'share', 'voters']

/** A poll's ballots, which can be drawn once. */
export interface BallotExport {
  /** The poll when its ballots were read: those of each round add up to its counters. */
  poll: PollState
  /** Oldest first. */
  rounds: RoundOfBallots[]
}

interface RoundOfBallots extends Pick<PastRound, 'round' | 'question' | 'content'> {
  ballots: ShuffledBallots
}

/**
 * The ballots of all rounds that a view shows, each round in an order that tells nothing and under receipts of its own.
 * Rejects with a PollError where the poll is not there, or may not be read, and with the signal's reason where nobody waits
 * for it any more: then the rest is not read.
 *
 * @param viewFor throws the PollError to refuse with
 */
export async function exportBallots(
  pollId: string,
  serverKey: string,
  reader: Pick<PollReader, 'ballots'>,
  viewFor: (poll: PollState) => View,
  signal: AbortSignal,
): Promise<BallotExport> {
  let read: BallotExport | undefined
  await reader.ballots(pollId, (poll, past) => {
    signal.throwIfAborted()
    requireExists(poll)
    const view = viewFor(poll)
    const rounds = [...past.filter(({ voters }) => showsPastRound(poll, view, voters)), poll].map(
      ({ round, question, content }) => ({ round, question, content, ballots: new ShuffledBallots() }),
    )
    read = { poll, rounds }
    const byRound = new Map(rounds.map(({ round, ballots }) => [round, ballots]))
    return {
      rounds: [...byRound.keys()],
      take(page, round) {
        signal.throwIfAborted()
        const ballots = byRound.get(round)
        for (const { ballotId, answer } of page) {
          ballots?.add(receiptOf(serverKey, { id: poll.id, round }, ballotId), answer)
        }
      },
    }
  })
  if (!read) throw new Error('The store gave no poll.')
  return read
}

/**
 * One row a ballot. What the current round has comes first; what only other rounds had is blank in it, which is not 0.
 */
export function ballotTableOf({ poll, rounds }: BallotExport): { columns: string[]; rows: Iterable<Cell[]> } {
  const kind = kindOf(poll)
  const headings = new Map<string, string>()
  for (const { content } of rounds.toReversed()) {
    for (const [key, heading] of kind.ballotColumns(content)) {
      if (!headings.has(key)) headings.set(key, heading)
    }
  }
  function* rows(): Generator<Cell[]> {
    for (const { round, content, ballots } of rounds) {
      const own = [...kind.ballotColumns(content).keys()]
      const places = [...headings.keys()].map((key) => own.indexOf(key))
      for (const { receipt, answer } of ballots.draw()) {
        const cells = kind.ballotCells(content, JSON.parse(answer))
        yield [round, receipt, ...places.map((place) => cells[place] ?? null)]
      }
    }
  }
  return { columns: ['round', 'receipt', ...headings.values()], rows: rows() }
}

/** The ballots of several polls in one table: one row a ballot and choice. */
export function roomBallotTableOf(exports: Iterable<BallotExport>): { columns: string[]; rows: Iterable<Cell[]> } {
  function* rows(): Generator<Cell[]> {
    for (const { poll, rounds } of exports) {
      const kind = kindOf(poll)
      for (const { round, question, content, ballots } of rounds) {
        const headings = [...kind.ballotColumns(content).values()]
        for (const { receipt, answer } of ballots.draw()) {
          const cells = kind.ballotCells(content, JSON.parse(answer))
          for (const [place, heading] of headings.entries()) {
            yield [poll.room.code, poll.id, round, question, receipt, heading, cells[place] ?? null]
          }
        }
      }
    }
  }
  return { columns: ['room', 'poll', 'round', 'question', 'receipt', 'choice', 'chosen'], rows: rows() }
}
