import { useEventListener } from '@vueuse/core'
import { onScopeDispose, type Ref, shallowReadonly, shallowRef, watch } from 'vue'
import type { ApiProblem } from '../api/api-problem.ts'
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
  /** When it, or what is wanted since, was chosen: milliseconds since 1970 by the clock of all of the browser's tabs. */
  at: number
}

/** Under which a vote is kept. @param ballot the poll's id, a blank, and the voter's one-time code if there is one */
export const waitingName = (ballot: string) => `waiting ${ballot}`

export const waitingStorage = <Answer>(name: string) => storageOf<WaitingVote<Answer>>(name)

/** Those of the polls on this page, and on how many places of it. */
const shownHere = new Map<string, number>()

/** Whether what shows its poll sends the vote itself. */
export const isShownHere = (name: string): boolean => shownHere.has(name)

function noteShown(name: string, change: 1 | -1): void {
  const count = (shownHere.get(name) ?? 0) + change
  if (count > 0) shownHere.set(name, count)
  else shownHere.delete(name)
}

/** Whether the vote may be counted all the same, or will be: a server that goes, or is too busy, has most likely not counted it. */
export const staysWaiting = ({ code, status }: ApiProblem): boolean =>
  code === 'unreachable' || code === 'unexpected' || status === 503

/**
 * A vote that waits for the connection, over a reload too. It is sent again when the connection is back, and from time to
 * time, as long as the poll is shown; after that left-votes.ts takes over. The browser's tabs have one for a ballot: what is chosen
 * last, in whichever of them, is what they send.
 *
 * @param ballot of which it is
 * @param send resolves when it was tried; then it has been dropped, or kept once more
 * @param isConnected whether the poll's stream is there
 */
export function useWaitingVote<Answer>(
  ballot: string,
  send: (vote: WaitingVote<Answer>) => Promise<void>,
  isConnected: () => boolean,
) {
  const name = waitingName(ballot)
  const storage = waitingStorage<Answer>(name)
  const waiting: Ref<WaitingVote<Answer> | undefined> = shallowRef(storage.read())
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let isLeft = false

  function sendNow(): void {
    clearTimeout(timer)
    if (waiting.value && !isLeft) void send(waiting.value)
  }

  function set(vote: WaitingVote<Answer> | undefined): void {
    waiting.value = vote
    clearTimeout(timer)
    if (vote && !isLeft) timer = setTimeout(sendNow, retryDelay(failures++, 0))
  }

  /** What another tab keeps. That it has dropped one says nothing here: the answer to its key does. */
  function takeKept(): void {
    const kept = storage.read()
    if (kept && kept.at > (waiting.value?.at ?? 0)) set(kept)
  }

  watch(isConnected, (connected) => connected && sendNow())
  // One from before a reload, once the caller is ready for it.
  queueMicrotask(() => isConnected() && sendNow())
  if (typeof window !== 'undefined') {
    useEventListener(window, 'online', sendNow)
    useEventListener(window, 'storage', ({ key }) => key === storage.key && takeKept())
  }
  noteShown(name, 1)
  onScopeDispose(() => {
    isLeft = true
    clearTimeout(timer)
    noteShown(name, -1)
  })
  return {
    waiting: shallowReadonly(waiting),
    keep(vote: WaitingVote<Answer>): void {
      storage.write(vote)
      set(vote)
    },
    /** Its answer is there. */
    drop(): void {
      failures = 0
      if (!waiting.value) return
      const kept = storage.read()
      // Another tab has wanted something else a moment ago.
      if (kept && kept.at > waiting.value.at) return set(kept)
      storage.write(undefined)
      set(undefined)
    },
  }
}
