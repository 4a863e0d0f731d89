import type { ApiProblem } from '../../api/api-problem.ts'
import { randomKey } from '../../api/random-key.ts'
import { storageOf } from '../../browser/storage.ts'

/**
 * The Idempotency-Keys of what must not be done twice: one is kept, also over a reload, as long as it is unknown whether its
 * request was done.
 */
export function createRequestKeys(roomCode: string) {
  const storage = storageOf<Record<string, string>>(`requests ${roomCode}`)
  const read = () => storage.read() ?? {}
  return {
    /** @param what names the request */
    take(what: string): string {
      const kept = read()
      const key = kept[what] ?? randomKey()
      storage.write({ ...kept, [what]: key })
      return key
    },
    /** Whether it is unknown what has become of the last such request. */
    isOpen: (what: string): boolean => what in read(),
    /** Only the API's yes or no ends a request: without an answer, or after a 5xx, it may have been done all the same. */
    settle(what: string, problem?: Pick<ApiProblem, 'status'>): void {
      const isAnswered = !problem || (problem.status >= 400 && problem.status < 500)
      if (!isAnswered) return
      const { [what]: _, ...others } = read()
      storage.write(Object.keys(others).length > 0 ? others : undefined)
    },
  }
}
