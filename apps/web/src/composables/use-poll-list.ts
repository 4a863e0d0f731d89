import { limits } from '@pollcast/shared/limits'
import type { PollList, PollSummary, Snapshot } from '@pollcast/shared/poll'
import { routes } from '@pollcast/shared/routes'
import { useEventListener } from '@vueuse/core'
import { computed, onBeforeMount, shallowReadonly, shallowRef } from 'vue'
import { ApiProblem } from '../api/api-problem.ts'
import { newerOf } from '../api/snapshot.ts'
import { useApi, useServedPage } from '../context.ts'
import { useFirstOnScreen } from './use-first-on-screen.ts'
import { useStream } from './use-stream.ts'
import { useThrottled } from './use-throttled.ts'

/** By how many polls the user scrolls before the stream moves along. */
const STEP = 5

/** A listed poll as it is at the moment. */
export interface ListedPoll extends PollSummary {
  /** Empty until its stream has told them. */
  choices: Snapshot['choices']
}

/** The polls, newest first, more on demand. Totals are live for the polls on screen and a page of those after them. */
export function usePollList(list: () => HTMLElement | null) {
  const api = useApi()
  const served = useServedPage().takePollList()
  const listed = shallowRef<PollSummary[]>(served?.data.polls ?? [])
  const nextCursor = shallowRef(served?.data.nextCursor ?? null)
  const isLoaded = shallowRef(served !== undefined)
  const isLoading = shallowRef(false)
  const problem = shallowRef<ApiProblem>()
  const snapshots = shallowRef<ReadonlyMap<string, Snapshot>>(new Map())
  /** Deleted since they were listed. They stay in `listed`, so that a deletion does not make each list open a new stream. */
  const deleted = shallowRef<ReadonlySet<string>>(new Set())

  const polls = computed(() =>
    listed.value
      .filter(({ id }) => !deleted.value.has(id))
      .map((poll): ListedPoll => {
        const {
          status,
          voters,
          choices,
          question = poll.question,
        } = snapshots.value.get(poll.id) ?? { ...poll, choices: [] }
        return { ...poll, status, voters, choices, question }
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

  /** The first page anew: polls that were listed meanwhile come on top. A failure is no problem of what is shown. */
  async function refresh(): Promise<void> {
    if (!isLoaded.value || isLoading.value) return
    const page = await api.listPolls().catch((error) => {
      if (!(error instanceof ApiProblem)) throw error
    })
    const known = new Set(listed.value.map(({ id }) => id))
    const added = page?.polls.filter(({ id }) => !known.has(id)) ?? []
    if (added.length > 0) listed.value = [...added, ...listed.value]
  }

  function append(page: PollList): void {
    listed.value = [...listed.value, ...page.polls]
    nextCursor.value = page.nextCursor
    isLoaded.value = true
  }

  function merge(received: Snapshot): void {
    const current = snapshots.value.get(received.pollId)
    snapshots.value = new Map(snapshots.value).set(received.pollId, newerOf(current, received))
  }

  function markDeleted(pollId: string): void {
    deleted.value = new Set(deleted.value).add(pollId)
  }

  const indexOnScreen = useFirstOnScreen(list, () => listed.value.length)
  const firstStreamed = useThrottled(() => {
    const onScreen = polls.value[indexOnScreen.value]?.id
    const first = Math.max(
      listed.value.findIndex(({ id }) => id === onScreen),
      0,
    )
    return first - (first % STEP)
  }, 500)
  const streamed = computed(() =>
    listed.value.slice(firstStreamed.value, firstStreamed.value + limits.pageSize).map(({ id }) => id),
  )
  const streamUrl = computed(() => {
    if (streamed.value.length === 0) return undefined
    const url = routes.streamOf(streamed.value)
    const isServed = url === routes.streamOf(served?.data.polls.map(({ id }) => id) ?? [])
    return isServed && served?.streamUrl ? api.resolve(served.streamUrl) : api.urlOf(url)
  })
  const state = useStream(
    { url: () => streamUrl.value, topics: () => ({ polls: streamed.value }) },
    { onSnapshot: merge, onEnd: ({ pollId }) => pollId !== undefined && markDeleted(pollId) },
  )

  useEventListener(document, 'visibilitychange', () => document.hidden || void refresh())
  useEventListener(window, 'pageshow', ({ persisted }) => persisted && void refresh())

  let firstLoad: Promise<void> | undefined
  // In a hook, so that unexpected errors reach Vue's error handler.
  if (!served) {
    onBeforeMount(() => {
      firstLoad = loadMore()
      return firstLoad
    })
  }
  return {
    polls,
    /** The polls once the first ones have come. */
    firstPage: async () => {
      await firstLoad
      return listed.value
    },
    state,
    isLoaded: shallowReadonly(isLoaded),
    isLoading: shallowReadonly(isLoading),
    hasMore: computed(() => nextCursor.value !== null),
    problem: shallowReadonly(problem),
    loadMore,
  }
}
