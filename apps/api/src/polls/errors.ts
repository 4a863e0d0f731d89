import type { FieldError, ProblemCode } from '@pollcast/shared/problem'

/** A request that breaks a rule of polls. The message is for the client: what was wrong, and what to do. */
export class PollError extends Error {
  readonly code: ProblemCode
  /** Each wrong field, where it is one of the body or query. */
  readonly errors: readonly FieldError[] | undefined

  constructor(code: ProblemCode, message: string, errors?: readonly FieldError[]) {
    super(message)
    this.name = 'PollError'
    this.code = code
    this.errors = errors
  }
}

/** What is wrong with one field is all that there is to say. */
export const fieldError = (code: ProblemCode, path: string, message: string) =>
  new PollError(code, message, [{ path, message }])

/** Fields of a body that are wrong: the message names each. */
export const invalidFields = (code: 'invalid-body' | 'invalid-query', errors: readonly FieldError[]) =>
  new PollError(code, errors.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join(' '), errors)

/** What can't be done once there are votes in the round. */
export const hasVotes = (errors: readonly FieldError[]) =>
  new PollError(
    'poll-has-votes',
    'There are votes already: only the wording may change. To change anything that votes depend on, start a new round first.',
    errors,
  )

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
