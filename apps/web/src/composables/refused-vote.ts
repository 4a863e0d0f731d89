import type { Poll } from '@pollcast/shared/poll'
import { shallowReadonly, shallowRef } from 'vue'
import { type Moment, moment, since } from '../api/elapsed.ts'

interface RefusedVote {
  pollId: string
  question: string
  reason: string
  at: Moment
}

/** For so long a refusal has to be on the screen before it counts as read. */
const READ_MS = 10_000

const refused = shallowRef<RefusedVote>()

/** The last vote that was not counted: the page may show another poll by the time that it is known. */
export const refusedVote = shallowReadonly(refused)

export function noteRefusal({ id, question }: Pick<Poll, 'id' | 'question'>, reason: string): void {
  refused.value = { pollId: id, question, reason, at: moment() }
}

export function forgetRefusal(): void {
  refused.value = undefined
}

/** Has only a refusal stay that came a moment ago. */
export function forgetReadRefusal(): void {
  if (refused.value && since(refused.value.at) >= READ_MS) forgetRefusal()
}
