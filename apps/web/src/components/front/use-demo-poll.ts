import type { Poll, PollSummary } from '@pollcast/shared/poll'
import { onBeforeMount, shallowReadonly, shallowRef } from 'vue'
import { ApiProblem } from '../../api/api-problem.ts'
import { type ServedPage, useApi } from '../../context.ts'

/** The server chooses the same one for the page that it serves. */
const DEMO_POLL = 'tabspace'

/**
 * The poll that the front page has one try: the one that every installation begins with, else the newest listed one that
 * is open. Null where there is none, undefined until that is known.
 */
export function useDemoPoll(served: ServedPage, listed: () => Promise<readonly PollSummary[]>) {
  const api = useApi()
  const demo = shallowRef<Poll | null | undefined>(served.takeDemo())

  async function load(): Promise<void> {
    const first = await found(DEMO_POLL)
    const newest = first ? undefined : (await listed()).find(({ status }) => status === 'open')
    demo.value = newest ? await found(newest.id) : first
  }

  async function found(pollId: string): Promise<Poll | null> {
    try {
      return await api.getPoll(pollId)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      return null
    }
  }

  // In a hook, so that unexpected errors reach Vue's error handler.
  if (!demo.value) onBeforeMount(load)
  return shallowReadonly(demo)
}
