import type { ProblemCode } from '@pollcast/shared/problem'

/** A rule of polls that was not kept. The message is for whoever broke it: what was wrong and what to do. */
export class PollError extends Error {
  readonly code: ProblemCode

  constructor(code: ProblemCode, message: string) {
    super(message)
    this.name = 'PollError'
    this.code = code
  }
}

export const pollNotFound = (pollId: string) =>
  new PollError('poll-not-found', `There is no poll "${pollId}". Look at the address you were given.`)
