import type { View } from '@pollcast/shared/poll'
import type { PollState } from './state.ts'

/** Whether a view shows the results. */
export function showsResults(poll: PollState, view: View): boolean {
  if (view === 'host') return true
  if (poll.voters < poll.resultsFromVoters) return false
  switch (poll.resultsVisibility) {
    case 'always':
      return true
    case 'after-vote':
      return view === 'voted' || poll.status === 'closed'
    case 'after-close':
      return poll.status === 'closed'
    case 'host':
      return false
  }
}

/** Whether a view shows what a round that is over came to: with what is on now, so that a vote can be repeated unseen. */
export const showsPastRound = (poll: PollState, view: View, voters: number): boolean =>
  showsResults(poll, view) && (view === 'host' || voters >= poll.resultsFromVoters)

/** Whether those who have voted see more than others. */
export const rewardsVoters = ({ resultsVisibility }: Pick<PollState, 'resultsVisibility'>): boolean =>
  resultsVisibility === 'after-vote'

/** The view of somebody who is not the host. */
export const voterView = (poll: PollState, hasVoted: boolean): View =>
  hasVoted && rewardsVoters(poll) ? 'voted' : 'public'
