import type { Poll } from './poll.ts'

/** What the hidden results of a poll wait for: its host, more voters, the own vote, or the close. */
export function hiddenUntil(
  { resultsVisibility, resultsFromVoters }: Pick<Poll, 'resultsVisibility' | 'resultsFromVoters'>,
  voters: number,
): 'host' | 'voters' | 'vote' | 'close' {
  if (resultsVisibility === 'host') return 'host'
  if (voters < resultsFromVoters) return 'voters'
  return resultsVisibility === 'after-vote' ? 'vote' : 'close'
}
