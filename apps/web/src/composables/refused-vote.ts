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

const refused = shallowRef<readonly RefusedVote[]>([])

/** The last vote of each poll that was not counted: the page may show another poll by the time that it is known. */
export const refusedVotes = shallowReadonly(refused)

export function noteRefusal({ id, question }: Pick<Poll, 'id' | 'question'>, reason: string): void {
  forgetRefusal(id)
  refused.value = [...refused.value, { pollId: id, question, reason, at: moment() }]
}

export function forgetRefusal(pollId: string): void {
  refused.value = refused.value.filter((vote) => vote.pollId !== pollId)
}

/** Has only those stay that came a moment ago. */
export function forgetReadRefusals(): void {
  refused.value = refused.value.filter(({ at }) => since(at) < READ_MS)
}
