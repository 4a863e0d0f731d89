import type { KindName } from './kinds/kind.ts'

/**
 * A poll as it is stored and as the domain works on it, in its current round. It is plain JSON, for it crosses
 * processes. Nothing of it leaves Pollcast but what a view shows (views.ts).
 */
export interface PollState {
  readonly id: string
  readonly kind: KindName
  readonly question: string
  /** What there is to answer, such as the choices. Only the kind knows what is in it. */
  readonly content: unknown
  readonly status: 'open' | 'closed'
  /** Which run of the poll this is, from 1 on. */
  readonly round: number
  readonly revision: number
  /** Ballots in this round. */
  readonly voters: number
  readonly counters: Counters
  /** ISO 8601, in UTC. */
  readonly createdAt: string
  /** The same; null where it was not deleted. Of a deleted poll question, content and ballots are gone. */
  readonly deletedAt: string | null
}

/** What the ballots of a round add up to, by the keys of the poll's kind. */
export type Counters = Readonly<Record<string, number>>
