import { type ProblemCode, problemSchema, problemStatus } from '@pollcast/shared/problem'
import type { Failures } from '../processes/failures.ts'

/** Problems that a server may have for a moment. */
const TEMPORARY: readonly ProblemCode[] = ['store-unavailable', 'shutting-down']

/** Notes a refusal, unless its reason is temporary and it says when to retry. */
export function checkRefusal(failures: Failures, what: string, { status, headers }: Response, body: string): void {
  const { data: problem } = problemSchema.safeParse(parsed(body))
  const temporary = problem && TEMPORARY.includes(problem.code) && status === problemStatus[problem.code]
  if (!temporary || !headers.has('Retry-After')) failures.note(`${what} with ${status}: ${body}`)
}

/** Whether `fetch` failed because the connection broke, was refused, or was given up. */
export const isBroken = (error: unknown): boolean =>
  error instanceof TypeError || (error as Error).name === 'AbortError'

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
