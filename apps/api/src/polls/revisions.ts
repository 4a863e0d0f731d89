import type { View } from '@pollcast/shared/poll'
import type { PollState } from './state.ts'
import { showsResults } from './visibility.ts'

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
