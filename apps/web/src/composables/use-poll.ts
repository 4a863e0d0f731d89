import type { Poll } from '@pollcast/shared/poll'
import { onBeforeMount, shallowRef } from 'vue'
import { ApiProblem } from '../api/api-problem.ts'
import { type Served, useApi, useServedPage } from '../context.ts'

/** A poll as the page brought it, or else as the API tells it. */
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

  // A hook, so that Vue hears of an error that nobody expected.
  if (!poll.value) onBeforeMount(load)
  return { poll, problem, load }
}
