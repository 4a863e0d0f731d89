import { limits } from '@pollcast/shared/limits'
import type { PollList, PollSummary, Snapshot } from '@pollcast/shared/poll'
import { routes } from '@pollcast/shared/routes'
import { computed, onBeforeMount, shallowReadonly, shallowRef } from 'vue'
import { ApiProblem } from '../api/api-problem.ts'
import { newerOf } from '../api/snapshot.ts'
import { useApi, useServedPage } from '../context.ts'
import { useFirstOnScreen } from './use-first-on-screen.ts'
import { useStream } from './use-stream.ts'
import { useThrottled } from './use-throttled.ts'

/** How far one scrolls before the stream moves along, in polls. */
const stride = 5

/** The polls, newest first and more on demand, with live totals from where the shown list is on screen. */
export function usePollList(list: () => HTMLElement | null) {
  const api = useApi()
  const served = useServedPage().takePollList()
  const listed = shallowRef<PollSummary[]>(served?.data.polls ?? [])
  const nextCursor = shallowRef(served?.data.nextCursor ?? null)
  const isLoaded = shallowRef(served !== undefined)
  const isLoading = shallowRef(false)
  const problem = shallowRef<ApiProblem>()
  const snapshots = shallowRef<ReadonlyMap<string, Snapshot>>(new Map())

  const polls = computed(() =>
    listed.value.map((poll) => {
      const { status, totalVotes } = snapshots.value.get(poll.id) ?? poll
      return { ...poll, status, totalVotes }
    }),
  )

  async function loadMore(): Promise<void> {
    if (isLoading.value) return
    isLoading.value = true
    problem.value = undefined
    try {
      append(await api.listPolls(nextCursor.value ?? undefined))
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      problem.value = error
    } finally {
      isLoading.value = false
    }
  }

  function append(page: PollList): void {
    listed.value = [...listed.value, ...page.polls]
    nextCursor.value = page.nextCursor
    isLoaded.value = true
  }

  function merge(arrived: Snapshot): void {
    const held = snapshots.value.get(arrived.pollId)
    snapshots.value = new Map(snapshots.value).set(arrived.pollId, newerOf(held, arrived))
  }

  const firstOnScreen = useFirstOnScreen(list, () => listed.value.length)
  const firstWatched = useThrottled(() => firstOnScreen.value - (firstOnScreen.value % stride), 500)
  const streamUrl = computed(() => {
    const watched = listed.value.slice(firstWatched.value, firstWatched.value + limits.pageSize)
    if (watched.length === 0) return undefined
    const isServed = firstWatched.value === 0 && served?.streamUrl
    return api.urlOf(isServed || routes.streamOf(watched.map(({ id }) => id)))
  })
  const state = useStream(() => streamUrl.value, merge)

  // A hook, so that Vue hears of an error that nobody expected.
  if (!served) onBeforeMount(loadMore)
  return {
    polls,
    state,
    isLoaded: shallowReadonly(isLoaded),
    isLoading: shallowReadonly(isLoading),
    hasMore: computed(() => nextCursor.value !== null),
    problem: shallowReadonly(problem),
    loadMore,
  }
}
