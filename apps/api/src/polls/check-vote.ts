import type { Snapshot } from '@pollcast/shared/poll'
import { PollError } from './errors.ts'
import type { Vote } from './poll-store.ts'

/**
 * Holds a vote against its poll's rules: open, at least one choice, no more than the poll allows, its own choices
 * only. Answers the PollError to refuse it with, or undefined where it may be written.
 *
 * @param elsewhere the choice ids of the vote that belong to other polls
 */
export function checkVote(
  vote: Vote,
  poll: { maxChoices: number; snapshot: Snapshot },
  elsewhere: ReadonlySet<number>,
): PollError | undefined {
  const { choices, status } = poll.snapshot
  if (status === 'closed') return new PollError('poll-closed', 'This poll is closed and takes no more votes.')
  if (vote.choiceIds.length === 0) return new PollError('no-choice', 'A vote names at least one choice.')
  if (vote.choiceIds.length > poll.maxChoices) {
    const most = poll.maxChoices === 1 ? 'one choice' : `${poll.maxChoices} choices`
    return new PollError('too-many-choices', `In this poll a vote names at most ${most}, not ${vote.choiceIds.length}.`)
  }
  for (const id of vote.choiceIds) {
    if (choices.some((choice) => choice.id === id)) continue
    const own = `Its choices are ${choices.map((choice) => choice.id).join(', ')}.`
    return elsewhere.has(id)
      ? new PollError('choice-of-another-poll', `Choice ${id} belongs to another poll. ${own}`)
      : new PollError('choice-not-found', `There is no choice ${id}. ${own}`)
  }
  return undefined
}
