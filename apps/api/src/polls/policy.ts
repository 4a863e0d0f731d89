import { PollError } from './errors.ts'
import type { PollState } from './state.ts'

/** The PollError to refuse a vote with, whatever is in it; undefined where the poll takes votes. */
export function checkMayVote({ status }: PollState): PollError | undefined {
  return status === 'closed' ? new PollError('poll-closed', 'This poll is closed and takes no more votes.') : undefined
}
