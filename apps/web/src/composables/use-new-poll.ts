import { limits } from '@pollcast/shared/limits'
import type { NewPoll, Poll } from '@pollcast/shared/poll'
import { computed, reactive, shallowReadonly, shallowRef, watchEffect } from 'vue'
import { ApiProblem } from '../api/api-problem.ts'
import { randomKey } from '../api/random-key.ts'
import { useApi } from '../context.ts'

/** The draft of a poll. Rows have keys of their own, so that an input keeps its focus when one above it goes. */
export function useNewPoll(onCreated: (poll: Poll) => Promise<unknown>) {
  const api = useApi()
  let lastKey = 0
  const newRow = () => ({ key: ++lastKey, text: '' })

  const draft = reactive({ question: '', rows: Array.from({ length: limits.minChoices }, newRow), maxChoices: 1 })
  const problem = shallowRef<ApiProblem>()
  const isSending = shallowRef(false)

  const filledRows = computed(() => draft.rows.filter(({ text }) => text !== ''))
  /** The most that one voter may be allowed to pick. */
  const mostChoices = computed(() => Math.max(filledRows.value.length, limits.minChoices))
  const canAdd = computed(() => draft.rows.length < limits.maxChoices)
  const canRemove = computed(() => draft.rows.length > limits.minChoices)

  watchEffect(() => {
    draft.maxChoices = Math.min(draft.maxChoices, mostChoices.value)
  })

  function addRow(): void {
    if (canAdd.value) draft.rows.push(newRow())
  }

  function removeRow(index: number): void {
    if (canRemove.value) draft.rows.splice(index, 1)
  }

  /** What the server says of each field: `question`, `maxChoices`, or a row's key. */
  const fieldErrors = shallowRef<ReadonlyMap<string | number, string>>(new Map())

  /** The poll that was sent last, as text, and its key: sent again, because the answer got lost, it is made once. */
  let last = { poll: '', key: '' }

  function keyOf(poll: NewPoll): string {
    const text = JSON.stringify(poll)
    if (text !== last.poll) last = { poll: text, key: randomKey() }
    return last.key
  }

  async function create(): Promise<void> {
    const sent = filledRows.value
    isSending.value = true
    problem.value = undefined
    fieldErrors.value = new Map()
    try {
      const choices = sent.map(({ text }) => text)
      const wanted = { question: draft.question, choices, maxChoices: draft.maxChoices }
      const { poll } = await api.createPoll(wanted, keyOf(wanted))
      await onCreated(poll)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      problem.value = error
      fieldErrors.value = new Map(
        error.errors.map(({ path, message }) => {
          const [, index] = /^choices\.(\d+)/.exec(path) ?? []
          return [sent[Number(index)]?.key ?? path, message]
        }),
      )
    } finally {
      isSending.value = false
    }
  }

  return {
    draft,
    problem: shallowReadonly(problem),
    fieldErrors: shallowReadonly(fieldErrors),
    isSending: shallowReadonly(isSending),
    mostChoices,
    canAdd,
    canRemove,
    addRow,
    removeRow,
    create,
  }
}
