import type { Visibility, VoteMode } from '@pollcast/shared/settings'
import type { KindName } from './kinds/kind.ts'

/** What a host sets of how a poll is voted on and who sees what comes of it. */
export interface Settings {
  readonly resultsVisibility: Visibility
  /** Results are hidden from all but the host until so many have voted. */
  readonly resultsFromVoters: number
  readonly allowChange: boolean
  readonly shuffleChoices: boolean
  readonly voteMode: VoteMode
  readonly publishBallots: boolean
}

/**
 * A poll as it is stored and as the domain works on it, in its current round. It is plain JSON, for it crosses
 * processes. Nothing of it leaves Pollcast but what a view shows (views.ts).
 */
export interface PollState extends Settings {
  readonly id: string
  readonly room: RoomState
  readonly kind: KindName
  readonly question: string
  /** What there is to answer, such as the choices. Only the kind knows what is in it. */
  readonly content: unknown
  readonly status: 'open' | 'closed'
  /** ISO 8601, in UTC; null where it is closed by hand. */
  readonly closesAt: string | null
  /** Which run of the poll this is, from 1 on. */
  readonly round: number
  /** Moves with every change, and is the host's view's. */
  readonly revision: number
  /** Those of the other views: each moves only when what the view shows changes. Never above `revision`. */
  readonly publicRevision: number
  readonly votedRevision: number
  /** Ballots in this round. */
  readonly voters: number
  readonly counters: Counters
  readonly listed: boolean
  /** Whether it has been on: until then only the host is told its id. */
  readonly isKnown: boolean
  /** Whether anything of it but its status was changed since it was made: tabs may have it as it was. */
  readonly isEdited: boolean
  /** ISO 8601, in UTC; null where the wording is the one that was voted on. */
  readonly rewordedAt: string | null
  readonly createdAt: string
  /** Null where it was not deleted. Of a deleted poll question, content and ballots are gone. */
  readonly deletedAt: string | null
}

/** The room that a poll is in. Each poll carries it as it was read with it. */
export interface RoomState {
  readonly code: string
  readonly title: string
  readonly currentPollId: string | null
  /** Moves with every change of the room itself that its host sees, such as another poll in its list. */
  readonly revision: number
  /** Moves only with what all see: the title, and which poll is on. Never above `revision`. */
  readonly publicRevision: number
  /** SHA-256 of the host's key, in hex; empty where nobody hosts the room. */
  readonly hostKeyHash: string
  readonly createdAt: string
  /** When it is deleted if nothing happens in it until then; null where that is not soon. */
  readonly deletesAt: string | null
  readonly deletedAt: string | null
}

/** What the ballots of a round add up to, by the keys of the poll's kind. */
export type Counters = Readonly<Record<string, number>>
