import type { Problem, ProblemCode } from '@pollcast/shared/problem'

/** A request that failed, whether the API refused it, or never got it (`unreachable`), or something else answered. */
export class ApiProblem extends Error {
  override name = 'ApiProblem'

  constructor(
    readonly code: ProblemCode | 'unreachable' | 'unexpected',
    readonly status: number,
    readonly detail: string,
    readonly errors: NonNullable<Problem['errors']> = [],
  ) {
    super(detail)
  }
}
