import { computed, type Ref, ref, watch } from 'vue'
import { storageOf } from '../../browser/storage.ts'
import { draftOf, isBlank, type PollDraft } from './drafts.ts'

/** A request that was sent, so that the same poll is sent again as the same one. */
export interface Sent {
  key: string
  body: string
  /** When: a timer counts from then. */
  at: string
}

interface Kept {
  drafts: PollDraft[]
  current: number
  roomCode: string | undefined
  sent: Sent | undefined
}

/**
 * The questions that are being written: one, or several after an import. They are kept for this tab until they have been
 * asked, so that a reload loses nothing.
 *
 * @param linked what the page's address asks for, in place of what was kept
 */
export function useDrafts(linked: { question: string; choices: string[] } | undefined, roomCode: string | undefined) {
  const storage = storageOf<Kept>('new-poll', 'tab')
  const kept = linked ? undefined : storage.read()
  const state: Ref<Kept> = ref({
    drafts: kept?.drafts ?? [draftOf(linked?.question, linked?.choices)],
    current: kept?.current ?? 0,
    roomCode: roomCode ?? kept?.roomCode,
    sent: kept?.sent,
  })
  const stop = watch(state, () => storage.write(state.value), { deep: true })
  const draft = computed(() => state.value.drafts[state.value.current] as PollDraft)

  return {
    state,
    draft,
    /** Puts imported questions behind what is written, or in place of it where nothing is. */
    add(drafts: readonly PollDraft[]): void {
      const before = state.value.drafts.filter((one) => !isBlank(one))
      state.value.drafts = [...before, ...drafts]
      state.value.current = before.length
    },
    remove(index: number): void {
      if (state.value.drafts.length === 1) return
      state.value.drafts.splice(index, 1)
      state.value.current = Math.min(state.value.current, state.value.drafts.length - 1)
    },
    /** They have been asked: the next visit begins anew. */
    forget(): void {
      stop()
      storage.write(undefined)
    },
  }
}
