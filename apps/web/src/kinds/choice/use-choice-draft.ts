import { limits } from '@pollcast/shared/limits'
import type { NewPollBody } from '@pollcast/shared/settings'
import { computed, reactive, watchEffect } from 'vue'

/** The choices of a new poll. Rows have keys, so that an input keeps its focus when one above it is removed. */
export function useChoiceDraft() {
  let lastKey = 0
  const newRow = () => ({ key: ++lastKey, text: '' })

  const draft = reactive({ rows: Array.from({ length: limits.minChoices }, newRow), maxChoices: 1 })
  const filledRows = computed(() => draft.rows.filter(({ text }) => text !== ''))
  /** The highest `maxChoices` that the poll may have. */
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

  /**
   * The choices' part of the request, and `fieldOf`, which maps the path of an error in it to the form's field: a row's
   * key, or else the path itself. It stays right when rows are added or removed before the answer comes.
   */
  function toRequest() {
    const sent = filledRows.value
    const body: Omit<NewPollBody, 'question'> = { choices: sent.map(({ text }) => text), maxChoices: draft.maxChoices }
    const fieldOf = (path: string): string | number => {
      const [, index] = /^choices\.(\d+)/.exec(path) ?? []
      return sent[Number(index)]?.key ?? path
    }
    return { body, fieldOf }
  }

  return { draft, mostChoices, canAdd, canRemove, addRow, removeRow, toRequest }
}
