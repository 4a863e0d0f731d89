import type { Results } from '@pollcast/shared/results'
import { kindOf } from './kinds/index.ts'
import type { Cell, Table } from './kinds/kind.ts'
import { requireExists } from './policy.ts'
import type { PollReader } from './ports.ts'
import { receiptOf } from './receipt.ts'
import { ShuffledBallots } from './shuffled-ballots.ts'
import type { PollState } from './state.ts'

/*
 * What leaves Pollcast of a poll to be kept elsewhere. As in views.ts, what is shown is named here or by the kind, and no
 * voter is.
 */

/** The results as a document. */
export function resultsOf(poll: PollState): Results {
  const kind = kindOf(poll)
  const { maxChoices } = kind.show(poll.content, poll.counters)
  const { choices } = kind.showResults(poll.content, poll.counters, poll.voters)
  return {
    version: 1,
    poll: {
      id: poll.id,
      kind: poll.kind,
      question: poll.question,
      status: poll.status,
      round: poll.round,
      revision: poll.revision,
      maxChoices,
      createdAt: poll.createdAt,
    },
    rounds: [{ round: poll.round, voters: poll.voters, choices }],
  }
}

/** The results as a table. Each row says what it is about, so that tables of several polls can be put together. */
export function resultTableOf(poll: PollState): Table {
  const { columns, rows } = kindOf(poll).resultTable(poll.content, poll.counters, poll.voters)
  return {
    columns: ['poll', 'round', 'question', 'kind', ...columns, 'voters'],
    rows: rows.map((cells) => [poll.id, poll.round, poll.question, poll.kind, ...cells, poll.voters]),
  }
}

export interface BallotExport {
  /** The poll when its ballots were read: they add up to its counters. */
  poll: PollState
  columns: string[]
  /** Can be gone through once. */
  rows: Iterable<Cell[]>
}

/**
 * The ballots of the current round as a table, in an order that tells nothing. Rejects with a PollError where the poll is
 * not there, and with the signal's reason where nobody waits for it any more: then the rest is not read.
 */
export async function exportBallots(
  pollId: string,
  serverKey: string,
  reader: Pick<PollReader, 'ballots'>,
  signal: AbortSignal,
): Promise<BallotExport> {
  let read: { poll: PollState; ballots: ShuffledBallots } | undefined
  await reader.ballots(pollId, (poll) => {
    signal.throwIfAborted()
    requireExists(poll)
    const ballots = new ShuffledBallots()
    read = { poll, ballots }
    return (page) => {
      signal.throwIfAborted()
      for (const { voterId, answer } of page) ballots.add(receiptOf(serverKey, poll, voterId), answer)
    }
  })
  if (!read) throw new Error('The store gave no poll.')
  const { poll, ballots } = read
  return {
    poll,
    columns: ['receipt', ...kindOf(poll).ballotColumns(poll.content)],
    rows: rowsOf(poll, ballots),
  }
}

function* rowsOf(poll: PollState, ballots: ShuffledBallots): Generator<Cell[]> {
  const kind = kindOf(poll)
  for (const { receipt, answer } of ballots.draw()) {
    yield [receipt, ...kind.ballotCells(poll.content, JSON.parse(answer))]
  }
}
