import type { Failures } from '../processes/failures.ts'
import type { Node } from './node.ts'
import type { Setup } from './schedule.ts'
import type { Servers } from './servers.ts'

/** A poll as it is in the database, with every ballot. */
export interface StoredPoll {
  id: string
  revision: number
  publicRevision: number
  totalVotes: number
  choices: { id: number; text: string; votes: number }[]
  ballots: { ballotId: string; choiceIds: number[] }[]
}

/** What a run is about: the database, past all servers, and the servers that share it. */
export interface Backend {
  readonly setup: Setup
  /** PostgreSQL and Redis; undefined on SQLite. */
  readonly servers: Servers | undefined
  /** Starts the servers. They may not take requests yet. */
  openNodes(failures: Failures): Promise<Node[]>
  /** Reads polls in one statement, which sees one state of them all. */
  polls(pollIds: readonly string[]): Promise<StoredPoll[]>
  /** Those of the public view. */
  revisions(pollIds: readonly string[]): Promise<Map<string, number>>
  /** Reads with a statement that both engines have. */
  query<Row>(sql: string): Promise<Row[]>
  close(): Promise<void>
}
