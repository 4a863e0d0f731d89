import { setTimeout as pause } from 'node:timers/promises'
import type { Poll, Snapshot } from '@pollcast/shared/poll'
import type { Problem } from '@pollcast/shared/problem'
import { routes } from '@pollcast/shared/routes'
import { expect, onTestFinished } from 'vitest'
import { ballotIdOf } from '../src/polls/ballot-id.ts'
import { readProblem } from './answer.ts'
import { ask } from './postgres.ts'
import { until } from './until.ts'
import { json, Voter } from './voter.ts'

/** How long those who are told to come back later wait; people wait longer. */
const RETRY_MS = 100

/** New voters who come one after the other, on several connections to each node, until they are told to stop. */
export class Crowd {
  readonly refusals: { answer: Response; problem: Problem }[] = []
  readonly #acknowledged: { voter: Voter; choiceId: number }[] = []
  /** Votes that were not answered because the connection broke: each may have been counted. */
  #unanswered = 0
  readonly #poll: Poll
  readonly #voting: Promise<unknown>
  #stopped = false

  constructor(poll: Poll, addresses: string[], connections = 4) {
    this.#poll = poll
    this.#voting = Promise.all(
      addresses.flatMap((address) => Array.from({ length: connections }, () => this.#voteAt(address))),
    )
    onTestFinished(() => this.stop())
  }

  get acknowledged(): number {
    return this.#acknowledged.length
  }

  /** Resolves when so many more votes have been acknowledged. */
  more(votes: number): Promise<boolean> {
    const enough = this.acknowledged + votes
    return until(() => this.acknowledged >= enough)
  }

  /** One more at this node, whose vote shall be taken at once. */
  async one(address: string): Promise<Snapshot> {
    const voter = new Voter(address)
    const choiceId = this.#poll.choices[0]?.id ?? 0
    const snapshot = await voter.vote(this.#poll.id, choiceId)
    this.#acknowledged.push({ voter, choiceId })
    return snapshot
  }

  /** Stops voting; resolves when every vote is answered. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#voting
  }

  /** Holds what the database has to what was answered: each acknowledged vote is there, and none is there twice. */
  async expectCounted(databaseUrl: string, { totalVotes, choices }: Snapshot): Promise<void> {
    const [key] = await ask<{ value: string }>(databaseUrl, "SELECT value FROM setting WHERE name = 'voter-key'")
    const rows = await ask<{ id: string; answer: string }>(
      databaseUrl,
      'SELECT id, answer FROM ballot WHERE poll_id = $1',
      [this.#poll.id],
    )
    const ballots = new Map(rows.map(({ id, answer }) => [id, answer]))
    for (const { voter, choiceId } of this.#acknowledged) {
      const ballotId = ballotIdOf(key?.value ?? '', this.#poll.id, { voterId: voter.id ?? '' })
      expect(ballots.get(ballotId)).toBe(`[${choiceId}]`)
    }
    expect(totalVotes).toBe(rows.length)
    expect(rows.length).toBeLessThanOrEqual(this.acknowledged + this.refusals.length + this.#unanswered)
    for (const { id, votes } of choices) expect(votes).toBe(rows.filter((row) => row.answer === `[${id}]`).length)
  }

  async #voteAt(address: string): Promise<void> {
    while (!this.#stopped) {
      const voter = new Voter(address)
      const choiceId = this.#poll.choices[this.acknowledged % this.#poll.choices.length]?.id ?? 0
      let answer: Response
      try {
        answer = await voter.ask(routes.votes(this.#poll.id), json({ choiceIds: [choiceId] }))
        if (answer.status === 201) await answer.text()
      } catch {
        // Whose node is gone does not come back.
        this.#unanswered += 1
        return
      }
      if (answer.status === 201) this.#acknowledged.push({ voter, choiceId })
      else this.refusals.push({ answer, problem: await readProblem('store-unavailable', answer) })
      if (answer.status !== 201) await pause(RETRY_MS)
    }
  }
}
