import type { ProblemCode } from '@pollcast/shared/problem'

/** A request that breaks a rule of polls. The message is for the client: what was wrong, and what to do. */
export class PollError extends Error {
  readonly code: ProblemCode

  constructor(code: ProblemCode, message: string) {
    super(message)
    this.name = 'PollError'
    this.code = code
  }
}

/** Whether the store can't do now what it may do in a few seconds. It has logged that already. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof PollError && error.code === 'store-unavailable'

/** The text, or its beginning where it is longer than so many characters: for what others wrote, in a message. */
export const clip = (text: string, max: number): string =>
  // Not half a character at the cut.
  text.length <= max ? text : `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`

export const roomNotFound = () => new PollError('room-not-found', 'There is no room with this code. Check it.')

export const pollNotFound = () =>
  new PollError('poll-not-found', "This poll doesn't exist or was deleted. Check the link.")
