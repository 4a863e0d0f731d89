import { type ProblemCode, problemSchema, problemStatus } from '@pollcast/shared/problem'
import type { Faults } from '../processes/faults.ts'

/** What a node says that can't for the moment, which is no fault. */
const AWAY: readonly ProblemCode[] = ['store-unavailable', 'shutting-down']

/** Notes a refusal, unless the node can't for the moment and says when to come back. */
export function judgeRefusal(faults: Faults, what: string, { status, headers }: Response, body: string): void {
  const { data: problem } = problemSchema.safeParse(parsed(body))
  if (problem && AWAY.includes(problem.code) && status === problemStatus[problem.code] && headers.has('Retry-After'))
    return
  faults.note(`${what} with ${status}: ${body}`)
}

/** Whether the connection broke, was refused, or was given up: how `fetch` says it. */
export const isBroken = (error: unknown): boolean =>
  error instanceof TypeError || (error as Error).name === 'AbortError'

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
