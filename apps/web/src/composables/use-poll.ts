import type { Poll } from '@pollcast/shared/poll'
import { onBeforeMount, shallowRef } from 'vue'
import { ApiProblem } from '../api/api-problem.ts'
import { type Served, useApi, useServedPage } from '../context.ts'

/** A poll, from the served page or else from the API. */
export function usePoll(pollId: string) {
  const api = useApi()
  const poll = shallowRef<Served<Poll> | undefined>(useServedPage().takePoll(pollId))
  const problem = shallowRef<ApiProblem>()

  async function load(): Promise<void> {
    problem.value = undefined
    try {
      const data = await api.getPoll(pollId)
      poll.value = { data, streamUrl: data.streamUrl }
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      problem.value = error
    }
  }

  // In a hook, so that unexpected errors reach Vue's error handler.
  if (!poll.value) onBeforeMount(load)
  return { poll, problem, load }
}
