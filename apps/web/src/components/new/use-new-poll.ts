import type { CreatedPoll } from '@pollcast/shared/room'
import { computed, type Ref, shallowReadonly, shallowRef } from 'vue'
import { ApiProblem } from '../../api/api-problem.ts'
import { randomKey } from '../../api/random-key.ts'
import { createKey, keepCreateKey } from '../../composables/create-key.ts'
import { hostRooms } from '../../composables/host-rooms.ts'
import { useApi, useServedPage } from '../../context.ts'
import { fieldErrorText } from '../../i18n/field-error-text.ts'
import { problemText } from '../../i18n/problem-text.ts'
import { bodyOf, fieldOf, type PollDraft } from './drafts.ts'
import type { useDrafts } from './use-drafts.ts'

const KEY_PROBLEMS: readonly string[] = ['create-key-required', 'invalid-create-key']

/** Asks the questions that were written, in their order and in one room: the one that is given, or one of their own. */
export function useNewPoll({ state, forget }: Pick<ReturnType<typeof useDrafts>, 'state' | 'forget'>) {
  const api = useApi()
  const served = useServedPage()
  const problem = shallowRef<ApiProblem>()
  const isSending = shallowRef(false)
  /** How many of the questions are in the room already. */
  const askedCount = shallowRef(0)
  /** What is wrong with each field of the first question: `question`, a setting, or the key of a choice. */
  const fieldErrors: Ref<ReadonlyMap<string | number, string>> = shallowRef(new Map())
  /** The room to put them into, if this browser hosts it. */
  const room = computed(() => (state.value.roomCode === undefined ? undefined : hostRooms.find(state.value.roomCode)))

  /** Who may make a room, where not anyone may: the page says so, or what the API has answered. */
  const createPolls = computed(() => {
    if (problem.value?.code === 'creation-closed') return 'nobody'
    if (KEY_PROBLEMS.includes(problem.value?.code ?? '')) return 'key'
    return served.createPolls
  })

  /**
   * The same request as the last one, with its key, where the poll has not changed since: whatever became of that, the poll
   * is made once.
   */
  function requestOf(draft: PollDraft) {
    const into = room.value && { roomCode: room.value.code }
    const at = (time: Date) => ({ ...bodyOf(draft, time), ...into })
    const { sent } = state.value
    const again = sent && at(new Date(sent.at))
    if (again && JSON.stringify(again) === sent.body) return { body: again, key: sent.key }
    const now = new Date()
    const [body, key] = [at(now), randomKey()]
    state.value.sent = { key, body: JSON.stringify(body), at: now.toISOString() }
    return { body, key }
  }

  /** Resolves to the code of the room, or to undefined where there is a problem: then everything is as it was. */
  async function ask(): Promise<string | undefined> {
    if (isSending.value) return undefined
    isSending.value = true
    problem.value = undefined
    fieldErrors.value = new Map()
    try {
      for (;;) {
        const code = await askFirst()
        if (state.value.drafts.length === 1) {
          forget()
          return code
        }
        askedCount.value += 1
        state.value.drafts.shift()
        state.value.current = Math.max(state.value.current - 1, 0)
      }
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      problem.value = error
      const draft = state.value.drafts[0]
      if (draft && error.errors.length > 0) {
        state.value.current = 0
        fieldErrors.value = new Map(
          error.errors.map(({ path, message }) => [fieldOf(path, draft), fieldErrorText(message)]),
        )
      }
      return undefined
    } finally {
      isSending.value = false
    }
  }

  async function askFirst(): Promise<string> {
    const { poll, room: into, hostKey } = await create(state.value.drafts[0] as PollDraft)
    if (!room.value && createKey.value) keepCreateKey()
    const title = into.title || poll.question
    // Kept before anything else can fail: the server tells the key to nobody again.
    if (hostKey) hostRooms.keep({ code: into.code, hostKey, title })
    state.value.roomCode = into.code
    return into.code
  }

  /** The last request is sent again also where its timer is over: if it made no poll, it is refused, and the timer starts anew. */
  async function create(draft: PollDraft): Promise<CreatedPoll> {
    const last = state.value.sent?.key
    const { body, key } = requestOf(draft)
    try {
      return await api.createPoll(body, key, room.value?.hostKey ?? (createKey.value || undefined))
    } catch (error) {
      const isLate = key === last && !!body.closesAt && Date.parse(body.closesAt) <= Date.now()
      if (!isLate || !(error instanceof ApiProblem) || error.code !== 'invalid-body') throw error
      state.value.sent = undefined
      return create(draft)
    }
  }

  return {
    room,
    createPolls,
    /** What is wrong with the server's key. */
    keyError: computed(() =>
      KEY_PROBLEMS.includes(problem.value?.code ?? '') && problem.value ? problemText(problem.value) : undefined,
    ),
    problem: shallowReadonly(problem),
    fieldErrors: shallowReadonly(fieldErrors),
    isSending: shallowReadonly(isSending),
    askedCount: shallowReadonly(askedCount),
    ask,
  }
}
