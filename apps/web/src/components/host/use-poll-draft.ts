import { limits } from '@pollcast/shared/limits'
import type { Poll } from '@pollcast/shared/poll'
import { computed, reactive, shallowReadonly, shallowRef } from 'vue'
import { ApiProblem } from '../../api/api-problem.ts'
import { randomKey } from '../../api/random-key.ts'
import { useApi } from '../../context.ts'
import { fieldErrorText } from '../../i18n/field-error-text.ts'
import { useHost } from './use-host.ts'

/**
 * Question and choices of a poll that is being edited, or of one that is added to the room. After the first vote only the
 * wording may change.
 */
export function usePollDraft(pollId: string | undefined) {
  const api = useApi()
  const { code, hostKey, load } = useHost()
  let lastKey = 0
  const rowOf = (text: string) => ({ key: ++lastKey, text })

  const draft = reactive({
    question: '',
    rows: Array.from({ length: limits.minChoices }, () => rowOf('')),
    minChoices: 1,
    maxChoices: 1,
  })
  const original = shallowRef<Poll>()
  const problem = shallowRef<ApiProblem>()
  const isSaving = shallowRef(false)
  /** By the path that the server names: `question`, `choices.1`. Of a choice, by the key of its row. */
  const errors = shallowRef<ReadonlyMap<string | number, string>>(new Map())
  const hasVotes = computed(() => (original.value?.voters ?? 0) > 0)

  /** Set once for each content, so that a retry after a lost answer adds no second poll. */
  let sent = { body: '', key: '' }

  async function attempt(run: (key: string) => Promise<unknown>, rows = draft.rows): Promise<boolean> {
    problem.value = undefined
    errors.value = new Map()
    try {
      await run(hostKey.value ?? '')
      return true
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      problem.value = error
      const fieldOf = (path: string) => rows[Number(/^choices\.(\d+)/.exec(path)?.[1])]?.key ?? path
      // What is refused for another reason, such as votes that are there by now, is told in one sentence.
      if (error.code === 'invalid-body')
        errors.value = new Map(error.errors.map(({ path, message }) => [fieldOf(path), fieldErrorText(message)]))
      return false
    }
  }

  /** Reads the poll that is edited. */
  const read = () =>
    attempt(async (key) => {
      if (!pollId) return
      const poll = await api.getPoll(pollId, { hostKey: key })
      original.value = poll
      const { question, minChoices, maxChoices } = poll
      Object.assign(draft, { question, minChoices, maxChoices, rows: poll.choices.map(({ text }) => rowOf(text)) })
    })

  /** True once the server has it. */
  async function save(): Promise<boolean> {
    // After the first vote an emptied choice must not shift the others: the server says that it is empty.
    const rows = hasVotes.value ? draft.rows : draft.rows.filter(({ text }) => text !== '')
    const { question, minChoices, maxChoices } = draft
    const choices = rows.map(({ text }) => text)
    const content = { question, choices, ...(!hasVotes.value && { minChoices, maxChoices }) }
    isSaving.value = true
    const isSaved = await attempt(async (key) => {
      if (pollId) return api.changePoll(pollId, content, key)
      const body = JSON.stringify(content)
      if (body !== sent.body) sent = { body, key: randomKey() }
      return api.createPoll({ ...content, roomCode: code }, sent.key, key)
    }, rows)
    isSaving.value = false
    if (isSaved) await load()
    return isSaved
  }

  return {
    draft,
    hasVotes,
    problem: shallowReadonly(problem),
    errors: shallowReadonly(errors),
    isSaving: shallowReadonly(isSaving),
    /** Undefined until the poll has been read. */
    original: shallowReadonly(original),
    read,
    save,
    addRow: () => draft.rows.push(rowOf('')),
    removeRow: (index: number) => draft.rows.splice(index, 1),
  }
}
