import type { PollState, RoomState, Settings } from '../polls/state.ts'
import type { PollEntity } from './entities/poll-entity.ts'
import type { RoomEntity } from './entities/room-entity.ts'

/** A poll's row, the counters of its current round and its room, as an SQL statement gives them (vote-sql.ts). */
export interface PollRow
  extends Omit<PollState, keyof Settings | 'room' | 'content' | 'counters' | 'listed' | 'isKnown' | 'isEdited'> {
  /** JSON */
  content: string
  /** JSON */
  settings: string
  listed: number
  known: number
  /** A JSON object: key to value. */
  counters: string
  code: string
  title: string
  hostKeyHash: string
  currentPollId: string | null
  roomRevision: number
  roomPublicRevision: number
  roomCreatedAt: string
  roomDeletedAt: string | null
  roomDeletesAt: string | null
}

/** Beside the settings, that they were edited: it needs no column, for nothing is found by it. */
type StoredSettings = Settings & { isEdited?: boolean }

/** Field by field: a state holds nothing that it does not name. */
export function stateOfRow(row: PollRow): PollState {
  const settings: StoredSettings = JSON.parse(row.settings)
  return {
    id: row.id,
    room: {
      code: row.code,
      title: row.title,
      hostKeyHash: row.hostKeyHash,
      currentPollId: row.currentPollId,
      revision: row.roomRevision,
      publicRevision: row.roomPublicRevision,
      createdAt: row.roomCreatedAt,
      deletesAt: row.roomDeletesAt,
      deletedAt: row.roomDeletedAt,
    },
    kind: row.kind,
    question: row.question,
    content: JSON.parse(row.content),
    status: row.status,
    closesAt: row.closesAt,
    round: row.round,
    revision: row.revision,
    publicRevision: row.publicRevision,
    votedRevision: row.votedRevision,
    voters: row.voters,
    counters: JSON.parse(row.counters),
    listed: row.listed === 1,
    isKnown: row.known === 1,
    isEdited: settings.isEdited ?? row.rewordedAt !== null,
    rewordedAt: row.rewordedAt,
    createdAt: row.createdAt,
    deletedAt: row.deletedAt,
    ...pickSettings(settings),
  }
}

const pickSettings = (from: Settings): Settings => ({
  resultsVisibility: from.resultsVisibility,
  resultsFromVoters: from.resultsFromVoters,
  allowChange: from.allowChange,
  shuffleChoices: from.shuffleChoices,
  voteMode: from.voteMode,
  publishBallots: from.publishBallots,
})

/** What of a poll is stored in its row, but where it is in its room. */
export const columnsOf = (poll: PollState): Omit<PollEntity, 'position' | 'sequence' | 'votedAt'> => ({
  id: poll.id,
  roomCode: poll.room.code,
  kind: poll.kind,
  question: poll.question,
  content: JSON.stringify(poll.content),
  settings: JSON.stringify({
    ...pickSettings(poll),
    ...(poll.isEdited && { isEdited: true }),
  } satisfies StoredSettings),
  status: poll.status,
  closesAt: poll.closesAt,
  round: poll.round,
  revision: poll.revision,
  publicRevision: poll.publicRevision,
  votedRevision: poll.votedRevision,
  voters: poll.voters,
  listed: poll.listed ? 1 : 0,
  known: poll.isKnown ? 1 : 0,
  rewordedAt: poll.rewordedAt,
  createdAt: poll.createdAt,
  deletedAt: poll.deletedAt,
})

export const stateOfRoom = (room: RoomEntity): RoomState => ({
  code: room.code,
  title: room.title,
  hostKeyHash: room.hostKeyHash,
  currentPollId: room.currentPollId,
  revision: room.revision,
  publicRevision: room.publicRevision,
  createdAt: room.createdAt,
  deletesAt: room.deletesAt,
  deletedAt: room.deletedAt,
})
