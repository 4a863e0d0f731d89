import type { CreatedPoll } from '@pollcast/shared/room'
import type { NewPollBody } from '@pollcast/shared/settings'
import { shallowReadonly, shallowRef } from 'vue'
import { ApiProblem } from '../api/api-problem.ts'
import { randomKey } from '../api/random-key.ts'
import { useApi } from '../context.ts'
import { useChoiceDraft } from '../kinds/choice/use-choice-draft.ts'
import { hostRooms } from './host-rooms.ts'

/** A poll that is being written, and the request that creates it. */
export function useNewPoll(onCreated: (created: CreatedPoll) => Promise<unknown>) {
  const api = useApi()
  const question = shallowRef('')
  const choices = useChoiceDraft()
  const problem = shallowRef<ApiProblem>()
  const isSending = shallowRef(false)
  /** The server's message for each field: `question`, or a field of the choices. */
  const fieldErrors = shallowRef<ReadonlyMap<string | number, string>>(new Map())

  /** The last request. The same poll keeps its key, so that a retry after a lost answer creates no second poll. */
  let last = { body: '', key: '' }

  function keyOf(poll: NewPollBody): string {
    const body = JSON.stringify(poll)
    if (body !== last.body) last = { body, key: randomKey() }
    return last.key
  }

  async function create(): Promise<void> {
    const { body, fieldOf } = choices.toRequest()
    isSending.value = true
    problem.value = undefined
    fieldErrors.value = new Map()
    try {
      const newPoll = { question: question.value, ...body }
      const created = await api.createPoll(newPoll, keyOf(newPoll))
      const { poll, room, hostKey } = created
      if (hostKey) hostRooms.keep({ code: room.code, hostKey, title: poll.question })
      await onCreated(created)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      problem.value = error
      fieldErrors.value = new Map(error.errors.map(({ path, message }) => [fieldOf(path), message]))
    } finally {
      isSending.value = false
    }
  }

  return {
    question,
    choices,
    problem: shallowReadonly(problem),
    fieldErrors: shallowReadonly(fieldErrors),
    isSending: shallowReadonly(isSending),
    create,
  }
}
