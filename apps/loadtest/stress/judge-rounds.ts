import { ballotIdOf } from '@pollcast/api/polls/ballot-id'
import type { Backend } from './backend.ts'
import type { History } from './history.ts'

/** One round of a poll as it is in the database. */
export interface StoredRound {
  pollId: string
  round: number
  voters: number
  /** By the choice's id. */
  counters: ReadonlyMap<number, number>
  ballots: { ballotId: string; choiceIds: number[] }[]
}

/** Reads all rounds of these polls. Nobody votes meanwhile. */
export async function storedRounds(backend: Backend, pollIds: readonly string[]): Promise<StoredRound[]> {
  const polls = pollIds.map((id) => `'${id}'`).join(', ')
  const rounds = await backend.query<{ id: string; round: number; voters: number }>(
    `SELECT id, round, voters FROM poll WHERE id IN (${polls})
     UNION ALL SELECT poll_id, round, voters FROM past_round WHERE poll_id IN (${polls})`,
  )
  const counters = await backend.query<{ id: string; round: number; key: string; value: number }>(
    `SELECT poll_id AS id, round, key, value FROM counter WHERE poll_id IN (${polls})`,
  )
  const ballots = await backend.query<{ poll: string; round: number; id: string; answer: string }>(
    `SELECT poll_id AS poll, round, id, answer FROM ballot WHERE poll_id IN (${polls})`,
  )
  return rounds.map(({ id, round, voters }) => ({
    pollId: id,
    round,
    voters,
    counters: new Map(
      counters.filter((one) => one.id === id && one.round === round).map(({ key, value }) => [Number(key), value]),
    ),
    ballots: ballots
      .filter((one) => one.poll === id && one.round === round)
      .map((one) => ({ ballotId: one.id, choiceIds: JSON.parse(one.answer) })),
  }))
}

/**
 * Notes what does not add up in the rounds of hosted polls: counters beside their ballots, and acknowledged votes that are in
 * no round.
 */
export function judgeRounds(history: History, rounds: readonly StoredRound[], serverKey: string): void {
  const { failures } = history
  const held = new Map<string, Set<number>>()
  for (const { pollId, round, voters, counters, ballots } of rounds) {
    if (voters !== ballots.length) {
      failures.note(`round ${round} of ${pollId} says ${voters} voters, and there are ${ballots.length} ballots`)
    }
    for (const [choiceId, votes] of counters) {
      const counted = ballots.filter(({ choiceIds }) => choiceIds.includes(choiceId)).length
      if (counted !== votes)
        failures.note(`round ${round} of ${pollId} says ${votes} votes, and its ballots ${counted}`)
    }
    for (const { ballotId, choiceIds } of ballots) {
      const key = `${pollId} ${ballotId}`
      held.set(key, new Set([...(held.get(key) ?? []), ...choiceIds]))
    }
  }
  for (const { pollId, as, acknowledged, unanswered } of history.voters) {
    if (as === undefined || acknowledged === undefined || !history.hosted.has(pollId)) continue
    const choices = held.get(`${pollId} ${ballotIdOf(serverKey, pollId, as)}`)
    // A vote that was not answered may have taken the place of the one before it.
    if (choices?.has(acknowledged) || (unanswered !== undefined && choices?.has(unanswered))) continue
    failures.note(`an acknowledged vote on ${pollId} is in none of its rounds`)
  }
}
