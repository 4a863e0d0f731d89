import type { EditedPoll, Poll, SharedPoll, Snapshot } from '@pollcast/shared/poll'
import type { Room, RoomEvent } from '@pollcast/shared/room'
import type { EndData, WatchingData } from '@pollcast/shared/stream'
import { readEventId } from './event-id.ts'
import type { TopicEnd } from './topics.ts'

/** A snapshot or poll, and the database's life that it is of, where that is known. */
export type OfEpoch<T> = T & { epoch?: string }

interface Of<Event, Data> {
  /** A poll's id or a room's code. */
  topic: string
  /** Empty where there is none. */
  id: string
  event: Event
  data: Data
}

/** What the server told of one topic: on a stream, or as the answer to a request. */
export type Told =
  | Of<'snapshot' | 'update', Snapshot>
  | Of<'room', RoomEvent>
  | Of<'watching', WatchingData>
  | Of<'end', TopicEnd>

export interface ToldListener {
  /**
   * Called with each snapshot that is newer than the one before it of the same poll, or of another view or epoch.
   *
   * @param isUpdate whether it came because something has just changed, and not because a stream began
   */
  onSnapshot(snapshot: OfEpoch<Snapshot>, isUpdate: boolean): void
  /** Called with the room as it is when the stream begins, and with each move. */
  onRoom?(room: RoomEvent): void
  /** Called with how many watch a room, where the address asks for it. */
  onWatching?(data: WatchingData): void
  /** Called once for each poll or room that has ended. Nothing of it comes after that. */
  onEnd(end: TopicEnd): void
}

export function deliver({ id, event, data }: Told, to: ToldListener): void {
  const { epoch } = readEventId(id) ?? {}
  const ofEpoch = <T extends object>(value: T): OfEpoch<T> => (epoch === undefined ? value : { ...value, epoch })
  switch (event) {
    case 'snapshot':
    case 'update':
      return to.onSnapshot(ofEpoch(data), event === 'update')
    case 'room':
      return to.onRoom?.({ ...data, poll: data.poll && ofEpoch<SharedPoll>(data.poll) })
    case 'watching':
      return to.onWatching?.(data)
    case 'end':
      return to.onEnd(data)
  }
}

/** The topic of an event: by its id, or else by what it carries. */
export function topicOfEvent(id: string, data: Partial<Snapshot & RoomEvent & EndData>): string {
  return readEventId(id)?.topic ?? data.pollId ?? data.roomCode ?? data.code ?? ''
}

/** A poll or room as the event of its stream with this id would tell of it. */
export function toldOf(answer: Poll | Room, id: string): Told {
  if (!('code' in answer)) return { topic: answer.id, id, event: 'snapshot', data: snapshotOfPoll(answer) }
  const { code, title, currentPollId, poll, polls } = answer
  return { topic: code, id, event: 'room', data: { code, title, currentPollId, poll, ...(polls && { polls }) } }
}

/** A poll as its stream would show it. */
export const snapshotOfPoll = (poll: Poll): Snapshot => ({
  pollId: poll.id,
  view: poll.view,
  round: poll.round,
  revision: poll.revision,
  status: poll.status,
  voters: poll.voters,
  totalVotes: poll.totalVotes,
  choices: poll.choices,
  closesAt: poll.closesAt,
  now: poll.now,
  resultsHidden: poll.resultsHidden,
  ...editedOf(poll),
})

/** What a host may have edited, where it is told: a snapshot has all of it or nothing. */
export function editedOf(told: Snapshot | Poll): EditedPoll | undefined {
  const { question, rewordedAt, minChoices, maxChoices, resultsVisibility, resultsFromVoters } = told
  const { allowChange, shuffleChoices, listed, voteMode, publishBallots } = told
  if (question === undefined) return undefined
  return {
    question,
    rewordedAt,
    minChoices,
    maxChoices,
    resultsVisibility,
    resultsFromVoters,
    allowChange,
    shuffleChoices,
    listed,
    voteMode,
    publishBallots,
  } as EditedPoll
}
