import { useEventListener } from '@vueuse/core'
import { onScopeDispose, type Ref, shallowReadonly, shallowRef, watch } from 'vue'
import { retryDelay } from '../api/retry-delay.ts'
import { storageOf } from '../browser/storage.ts'

/** A vote that the server has not confirmed: it may have it or not. By its key it is counted once. */
export interface WaitingVote<Answer> {
  answer: Answer
  key: string
  /** What the voter has chosen since: a vote of its own, once it is known what has become of this one. */
  wanted?: Answer
  /** It is for this round, and no other. */
  round: number
}

/**
 * A vote that waits for the connection, over a reload too. It is sent again when the connection is back, and from time to
 * time, as long as the page is open.
 *
 * @param name under which the browser keeps it
 * @param send resolves when it was tried; then it has been dropped, or kept once more
 * @param isConnected whether the poll's stream is there
 */
export function useWaitingVote<Answer>(
  name: string,
  send: (vote: WaitingVote<Answer>) => Promise<void>,
  isConnected: () => boolean,
) {
  const storage = storageOf<WaitingVote<Answer>>(`waiting ${name}`)
  const waiting: Ref<WaitingVote<Answer> | undefined> = shallowRef(storage.read())
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function sendNow(): void {
    clearTimeout(timer)
    if (waiting.value) void send(waiting.value)
  }

  function set(vote: WaitingVote<Answer> | undefined): void {
    clearTimeout(timer)
    waiting.value = vote
    storage.write(vote)
  }

  watch(isConnected, (connected) => connected && sendNow())
  // One from before a reload, once the caller is ready for it.
  queueMicrotask(() => isConnected() && sendNow())
  if (typeof window !== 'undefined') useEventListener(window, 'online', sendNow)
  onScopeDispose(() => clearTimeout(timer))
  return {
    waiting: shallowReadonly(waiting),
    keep(vote: WaitingVote<Answer>): void {
      set(vote)
      timer = setTimeout(sendNow, retryDelay(failures++, 0))
    },
    drop(): void {
      failures = 0
      if (waiting.value) set(undefined)
    },
  }
}
