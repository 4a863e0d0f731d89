import type { AdminRoom, AdminRoomChange, AdminRoomsQuery, AdminStatus } from '@pollcast/shared/admin'
import type { LogEntry, RoomChange } from '@pollcast/shared/room'
import type { NewPoll, PollChange } from '@pollcast/shared/settings'
import type { WebhookType } from '@pollcast/shared/webhook'
import type { KindName } from './kinds/kind.ts'
import type { PollState, RoomState } from './state.ts'

/** The answer that a voter wants on their ballot in the current round. */
export interface Vote {
  pollId: string
  /** What the voter's ballots in this poll are stored under. */
  ballotId: string
  /** What the poll's kind makes of it; null takes the vote back. */
  answer: unknown
  /** The hash of the one-time code that it came with. */
  codeHash?: string | undefined
  /** The number that the burst its voter came with has in this poll. */
  burst?: number | undefined
  /** What it is remembered by, for a day, where it came with an idempotency key: a vote known by it counts once. */
  idempotencyScope?: string | undefined
}

export interface RecordedVote {
  /** False where the ballot held this answer already: then nothing was written. */
  changed: boolean
  /** Whether it was sent, and counted, before: then its ballot was left as it is. */
  isRepeat: boolean
  /** The poll as the transaction left it. Votes committed together share one object. */
  poll: PollState
  ballotId: string
  /** What is on the ballot now, as JSON; null where there is none. */
  ballot: string | null
}

export interface PollRecord extends Omit<NewPoll, 'kind' | 'roomCode'> {
  id: string
  kind: KindName
  /** The room to put it into, for its host; or else the hash of the key for a room of its own. */
  room: RoomRequest | { newHostKeyHash: string }
  /** Where the id and the host's key come from an idempotency key: the same poll asked for again is the one that is there. */
  idempotencyScope?: string
}

/** What a host's request names: what it is about, and the hash of the key that came with it. */
export interface HostRequest {
  pollId: string
  hostKeyHash: string
}
export interface RoomRequest {
  code: string
  hostKeyHash: string
  /** Whether it is the server's admin's, who needs no host key. */
  isAdmins?: true
}

/** What a host's request is remembered by, for a day, where it came with an idempotency key: it is done once. */
export interface Repeatable {
  idempotencyScope?: string | undefined
}

export interface KeyReplacement extends RoomRequest, Repeatable {
  newHostKeyHash: string
}

export interface BurstChange {
  number: number
  voided: boolean
}

/** `changed` is false where it was so already. */
export interface ChangedPoll {
  poll: PollState
  changed: boolean
}

export interface ChangedRoom {
  room: RoomState
  changed: boolean
  /** The polls that the change closed, or deleted. */
  polls: PollState[]
}

/** ISO 8601, in UTC. */
export interface RetentionTimes {
  /** Rooms in which nothing has happened since are to be deleted. */
  idleBefore: string
  now: string
}

export interface Retained {
  /** Whether there is nothing more to do. */
  isDone: boolean
  /** The room that was deleted with its polls, if one was. */
  deleted: ChangedRoom | null
}

/** What is to be told to WEBHOOK_URL. Times are ISO 8601, in UTC. */
export interface QueuedWebhook {
  id: string
  type: WebhookType
  roomCode: string
  /** Null where a room moved to no poll. */
  pollId: string | null
  at: string
  /** How often it was sent, with this time. */
  attempts: number
  /** When it is sent again, unless it is removed by then. */
  dueAt: string
}

/** The half of a store that changes it. Errors are PollErrors where a rule was broken. */
export interface PollWriter {
  /** Resolves once ballot, counters and revision are committed together. Votes may be committed in one transaction. */
  record(vote: Vote): Promise<RecordedVote>
  /** `isNew` is false where a repeatable poll was there already. */
  create(poll: PollRecord): Promise<{ poll: PollState; isNew: boolean }>
  change(change: HostRequest & { change: PollChange }): Promise<ChangedPoll>
  /** `isNew` is false where this very round was started before. */
  startRound(request: HostRequest & Repeatable): Promise<{ poll: PollState; isNew: boolean }>
  /** A poll of the same content and settings, without votes, last in the room. `isNew` is false where it is there already. */
  copy(request: HostRequest & { newId: string }): Promise<{ poll: PollState; isNew: boolean }>
  /** Resolves with what is left of the poll, and its room. */
  delete(poll: HostRequest): Promise<PollState>
  /** Has the ballots of a burst of the current round count no more, or again. */
  voidBurst(request: HostRequest & BurstChange): Promise<ChangedPoll>
  /** Closes the polls whose time is over. */
  closeDue(): Promise<PollState[]>

  createRoom(room: { title: string; hostKeyHash: string }): Promise<RoomState>
  changeRoom(change: RoomRequest & { change: RoomChange }): Promise<ChangedRoom>
  /** `changed` is false where this very request has replaced the key before. */
  replaceHostKey(request: KeyReplacement): Promise<ChangedRoom>
  deleteRoom(request: RoomRequest): Promise<ChangedRoom>
  /** The admin closes all polls of a room, or takes them off the front page. */
  settleRoom(code: string, action: AdminRoomChange['action']): Promise<ChangedRoom>
  /** Takes back that the room is to be deleted. */
  keepRoom(code: string): Promise<void>
  /** Deletes a little of what is not to be kept any longer. Call it again until it is done. */
  retain(times: RetentionTimes): Promise<Retained>
  /** Nothing where these very codes were added before. */
  addCodes(request: RoomRequest & Repeatable & { codeHashes: readonly string[] }): Promise<void>

  /** Some of those that are due. Nobody else is given them before they are due again. */
  takeWebhooks(now: string): Promise<QueuedWebhook[]>
  removeWebhook(id: string): Promise<void>
  /** Removes all of them, due or not. */
  dropWebhooks(): Promise<void>
}

/** What the admin sees of the store. */
export interface AdminReader {
  rooms(query: AdminRoomsQuery): Promise<{ rooms: AdminRoom[]; total: number }>
  stored(): Promise<Pick<AdminStatus, 'engine' | 'bytes' | 'rooms' | 'polls' | 'ballots' | 'codes' | 'idempotencyKeys'>>
}

/** The half that reads what is committed. Errors are PollErrors where what was asked for is not there. */
export interface PollReader {
  /** A deleted poll is found too. */
  find(pollId: string): Promise<PollState>
  /** The answer on a ballot in this round of the poll; undefined where it is not there, or is not counted. */
  answer(round: Pick<PollState, 'id' | 'round'>, ballotId: string): Promise<unknown>
  /** Those of these ballots that are there in the poll's current round, and counted. */
  cast(pollId: string, ballotIds: readonly string[]): Promise<Set<string>>
  /**
   * The poll, its past rounds and the ballots of some of its rounds, as all were at one moment. The ballots of a round come in
   * pages, in the order of their ids, which tells nothing.
   *
   * @param begin gets the poll and its past rounds, and says which ballots are wanted; called again where all has to be read
   *   again. What it and `take` throw ends the reading, which rejects with it
   */
  ballots(pollId: string, begin: (poll: PollState, past: readonly PastRound[]) => BallotReading): Promise<void>
  /** The rounds before the current one, oldest first. */
  pastRounds(pollId: string): Promise<PastRound[]>
  /** How many ballots went from one answer to another between two rounds; answers are JSON, null where there was no ballot. */
  movesBetween(pollId: string, from: number, to: number): Promise<AnswerMove[]>
  /** Those that are listed, are or have been on, and were not deleted, newest first; the cursor is the last page's `nextCursor`, which is null on the last page. */
  list(page: ListPage): Promise<{ polls: PollState[]; nextCursor: string | null }>

  /** A deleted room is found too. */
  findRoom(code: string): Promise<{ room: RoomState; current: PollState | undefined }>
  /** All of a room's polls that were not deleted, in the host's order. */
  pollsOf(code: string): Promise<PollState[]>
  /** What was done in a room, oldest first. */
  log(code: string): Promise<LogEntry[]>
  countCodes(code: string): Promise<{ issued: number; used: number }>
  /** The earliest time at which an open poll closes by itself; undefined where there is none. */
  nextClosing(): Promise<string | undefined>
  /** The earliest time at which a webhook is due; undefined where there is none. */
  nextWebhook(): Promise<string | undefined>
}

export interface Ballot {
  ballotId: string
  /** JSON, as the poll's kind normalizes it. */
  answer: string
}

/** Which ballots are read, and what gets them. */
export interface BallotReading {
  rounds: readonly number[]
  take(page: readonly Ballot[], round: number): void
}

/** A round that is over. */
export interface PastRound {
  round: number
  question: string
  content: unknown
  voteMode: PollState['voteMode']
  voters: number
  counters: PollState['counters']
  endedAt: string
}

export interface AnswerMove {
  from: string | null
  to: string | null
  voters: number
}

export interface ListPage {
  cursor?: string | undefined
  limit: number
}

/** What the polls need of a store. */
export type PollStore = PollWriter & PollReader
