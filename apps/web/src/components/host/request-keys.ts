import type { ApiProblem } from '../../api/api-problem.ts'
import { randomKey } from '../../api/random-key.ts'

/** The Idempotency-Keys of what must not be done twice: one is kept as long as it is unknown whether its request was done. */
export function createRequestKeys() {
  const keys = new Map<string, string>()
  return {
    /** @param what names the request */
    take(what: string): string {
      const key = keys.get(what) ?? randomKey()
      keys.set(what, key)
      return key
    },
    /** Whether it is unknown what has become of the last such request. */
    isOpen: (what: string): boolean => keys.has(what),
    /** Only the API's yes or no ends a request: without an answer, or after a 5xx, it may have been done all the same. */
    settle(what: string, problem?: Pick<ApiProblem, 'status'>): void {
      const isAnswered = !problem || (problem.status >= 400 && problem.status < 500)
      if (isAnswered) keys.delete(what)
    },
  }
}
