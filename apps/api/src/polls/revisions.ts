import type { View } from '@pollcast/shared/poll'
import type { PollState, RoomState } from './state.ts'
import { showsResults } from './visibility.ts'

/** A room's topics move with the room itself and with the poll that is on: the room's revision counts more than any poll's. */
const MOVE = 2 ** 32

/** The revision of a room, as a subject and for its host. It stays exact for two million changes of the room. */
export const roomRevision = (room: RoomState, pollRevision: number): number => room.revision * MOVE + pollRevision

/** The revision of a view of a room: what the host alone sees does not move the others'. */
export function roomRevisionOf(room: RoomState, current: PollState | undefined, view: View): number {
  const pollRevision = current ? revisionOf(current, view) : 0
  return view === 'host' ? roomRevision(room, pollRevision) : room.publicRevision * MOVE + pollRevision
}

/** The first that a view of a room had since the room itself changed. */
export const roomRevisionSince = (room: RoomState, view: View): number => roomRevisionOf(room, undefined, view)

type Revisions = Pick<PollState, 'revision' | 'publicRevision' | 'votedRevision'>

/** The revision of a view. They compare within one view only. */
export function revisionOf(poll: Revisions, view: View): number {
  if (view === 'host') return poll.revision
  return view === 'voted' ? poll.votedRevision : poll.publicRevision
}

/**
 * The poll after a change, with the revisions that follow. A view that shows results moves with the poll. One that hides
 * them moves only with what it shows, so that its pace does not tell how often votes are changed; a reveal lifts it to
 * the poll's. Neither ever gets above the poll's own.
 *
 * @param changed the poll with all but its revisions as they will be
 * @param changes how many changes that is: votes that are committed together are one each
 */
export function withRevisions(before: PollState, changed: PollState, changes = 1): PollState {
  const revision = before.revision + changes
  const next = (view: 'public' | 'voted') => {
    if (showsResults(changed, view)) return revision
    const old = revisionOf(before, view)
    // As many as there were voters more or less; where a new round or a deletion takes all of them away, it is one change.
    const steps = Math.min(changes, Math.max(1, Math.abs(changed.voters - before.voters)))
    return isSameHidden(before, changed, view) ? old : old + steps
  }
  return { ...changed, revision, publicRevision: next('public'), votedRevision: next('voted') }
}

/** Whether a view that hides results shows the same before and after. */
const isSameHidden = (before: PollState, after: PollState, view: View) =>
  !showsResults(before, view) &&
  before.voters === after.voters &&
  before.status === after.status &&
  before.round === after.round &&
  before.closesAt === after.closesAt &&
  before.question === after.question &&
  before.content === after.content &&
  before.rewordedAt === after.rewordedAt &&
  before.deletedAt === after.deletedAt &&
  SHOWN_SETTINGS.every((name) => before[name] === after[name])

/** Settings that every view shows. */
const SHOWN_SETTINGS = [
  'resultsVisibility',
  'resultsFromVoters',
  'allowChange',
  'shuffleChoices',
  'voteMode',
  'publishBallots',
  'listed',
] as const
