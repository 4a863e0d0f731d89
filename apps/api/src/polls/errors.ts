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

/** The store can't do now what it may do in a few seconds. It has told the log itself. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof PollError && error.code === 'store-unavailable'

/** The text, or its beginning where it is longer than so many characters: for what others wrote, in a message. */
export const clip = (text: string, most: number): string =>
  // Not half a character at the cut.
  text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`

export const pollNotFound = (pollId: string) =>
  new PollError('poll-not-found', `There is no poll "${clip(pollId, 40)}". Look at the address you were given.`)
