import type { Problem, ProblemCode } from '@pollcast/shared/problem'

/** A failed request: refused by the API, `unreachable`, or `unexpected` if something other than the API answered. */
export class ApiProblem extends Error {
  override name = 'ApiProblem'

  constructor(
    readonly code: ProblemCode | 'unreachable' | 'unexpected',
    readonly status: number,
    readonly detail: string,
    readonly errors: NonNullable<Problem['errors']> = [],
    /** What the request has to be sent again with, solved. */
    readonly challenge?: Problem['challenge'],
    /** Milliseconds for which the server does not want to be asked again. */
    readonly retryAfter = 0,
  ) {
    super(detail)
  }
}
