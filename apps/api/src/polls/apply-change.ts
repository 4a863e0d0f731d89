import type { HostAction } from '@pollcast/shared/room'
import type { PollChange } from '@pollcast/shared/settings'
import { hasVotes, invalidFields, PollError } from './errors.ts'
import { kindOf } from './kinds/index.ts'
import type { Identity } from './kinds/kind.ts'
import { withRevisions } from './revisions.ts'
import type { PollState } from './state.ts'
import { showsResults } from './visibility.ts'

/** A poll after a host's change, and what goes into the log. */
export interface AppliedChange {
  poll: PollState
  actions: HostAction[]
}

/**
 * Applies a host's change to a poll: the same object where that is how it was. Answers with the PollError to refuse with
 * where it can't be: once there are votes in the round, the wording may change, and nothing that votes depend on.
 *
 * @param identity read only where the choices are edited
 * @param hasBallots whether the round has ballots, voided ones too: they may be restored, and then stand for these choices
 * @param now ISO 8601, in UTC
 */
export function applyChange(
  before: PollState,
  change: PollChange,
  identity: Identity,
  hasBallots: boolean,
  now: string,
): AppliedChange | PollError {
  if (change.closesAt && (change.status ?? before.status) === 'closed') {
    return invalidFields('invalid-body', [
      { path: 'closesAt', message: 'Only an open poll has a timer. Open it first.' },
    ])
  }
  const content = changedContent(before, change, hasBallots, identity)
  if (hasBallots && change.voteMode !== undefined && change.voteMode !== before.voteMode) {
    const errors = content instanceof PollError ? (content.errors ?? []) : []
    return hasVotes([...errors, { path: 'voteMode', message: 'Stays while there are votes.' }])
  }
  if (content instanceof PollError) return content
  const question = change.question ?? before.question
  const isReworded = content !== before.content || question !== before.question
  const closing = closingOf(before, change)
  const changed: PollState = {
    ...before,
    question,
    content,
    counters: content === before.content ? before.counters : countersOf(before, content),
    ...closing,
    rewordedAt: isReworded ? (hasBallots ? now : null) : before.rewordedAt,
    resultsVisibility: change.resultsVisibility ?? before.resultsVisibility,
    resultsFromVoters: change.resultsFromVoters ?? before.resultsFromVoters,
    allowChange: change.allowChange ?? before.allowChange,
    shuffleChoices: change.shuffleChoices ?? before.shuffleChoices,
    publishBallots: change.publishBallots ?? before.publishBallots,
    voteMode: change.voteMode ?? before.voteMode,
    listed: change.listed ?? before.listed,
  }
  const names = (Object.keys(changed) as (keyof PollState)[]).filter((name) => changed[name] !== before[name])
  if (names.length === 0) return { poll: before, actions: [] }
  const isEdited = before.isEdited || names.some((name) => name !== 'status' && name !== 'closesAt')
  const poll = withRevisions(before, { ...changed, isEdited })
  return { poll, actions: actionsOf(before, poll, isReworded) }
}

function changedContent(before: PollState, change: PollChange, hasBallots: boolean, identity: Identity): unknown {
  const { choices, minChoices, maxChoices } = change
  if (choices === undefined && minChoices === undefined && maxChoices === undefined) return before.content
  const kind = kindOf(before)
  const content = hasBallots ? kind.reword(before.content, change) : kind.edit(before.content, change, identity)
  return JSON.stringify(content) === JSON.stringify(before.content) ? before.content : content
}

const countersOf = (before: PollState, content: unknown) =>
  Object.fromEntries(
    kindOf(before)
      .keys(content)
      .map((key) => [key, before.counters[key] ?? 0]),
  )

/** Closing ends the timer; opening again needs a new one. */
function closingOf(before: PollState, change: PollChange): Pick<PollState, 'status' | 'closesAt'> {
  const status = change.status ?? before.status
  if (status === 'closed') return { status, closesAt: null }
  return { status, closesAt: change.closesAt === undefined ? before.closesAt : change.closesAt }
}

function actionsOf(before: PollState, after: PollState, isReworded: boolean): HostAction[] {
  const actions: HostAction[] = []
  if (before.status !== after.status) actions.push(after.status === 'open' ? 'opened' : 'closed')
  else if (before.closesAt !== after.closesAt) actions.push('timer-set')
  if (isReworded) actions.push(after.rewordedAt === null ? 'edited' : 'reworded')
  const [shownBefore, shownAfter] = [before, after].map((poll) => showsResults(poll, 'public'))
  if (before.resultsVisibility !== after.resultsVisibility || before.resultsFromVoters !== after.resultsFromVoters) {
    actions.push(shownAfter && !shownBefore ? 'revealed' : shownAfter ? 'edited' : 'hidden')
  }
  return actions.length > 0 ? actions : ['edited']
}

/** A new round: no votes, open, without a timer. Past results are kept by who writes this. */
export const nextRound = (before: PollState): PollState =>
  withRevisions(before, {
    ...before,
    round: before.round + 1,
    status: 'open',
    closesAt: null,
    voters: 0,
    counters: Object.fromEntries(
      kindOf(before)
        .keys(before.content)
        .map((key) => [key, 0]),
    ),
    rewordedAt: null,
  })
