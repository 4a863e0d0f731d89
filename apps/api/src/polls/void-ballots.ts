import { kindOf } from './kinds/index.ts'
import { withRevisions } from './revisions.ts'
import type { PollState } from './state.ts'

/** So many ballots with this answer, which is JSON. */
export interface AnswerCount {
  answer: string
  ballots: number
}

/** The poll without these ballots, or with them again: one change, with a revision of its own like any other. */
export function recounted(before: PollState, answers: readonly AnswerCount[], sign: 1 | -1): PollState {
  const counters = { ...before.counters }
  let { voters } = before
  for (const { answer, ballots } of answers) {
    voters += sign * ballots
    for (const [key, value] of kindOf(before).counts(JSON.parse(answer))) {
      counters[key] = (counters[key] ?? 0) + sign * ballots * value
    }
  }
  return withRevisions(before, { ...before, voters, counters })
}
