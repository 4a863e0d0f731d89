import { computed, shallowReadonly, shallowRef } from 'vue'
import { useHost } from './use-host.ts'

/** From which poll the room was moved, and whether the move closed it. */
interface Move {
  from: string | null
  hasClosed: boolean
}

/** Which poll is on: the next one, the one before, any other, or none; and the last of these moves undone. */
export function useMoves() {
  const { polls, room, changeRoom, changePoll } = useHost()
  const lastMove = shallowRef<Move>()
  /** That is on or, between two polls, was. */
  const lastOn = shallowRef<string>()
  const isMoving = shallowRef(false)

  const currentId = computed(() => room.value?.currentPollId ?? null)
  const place = computed(() => {
    const known = currentId.value ?? lastOn.value
    if (known !== undefined) return polls.value.findIndex(({ id }) => id === known)
    // The page was opened between two polls: those that were on are closed.
    const firstOpen = polls.value.findIndex(({ status }) => status === 'open')
    return (firstOpen === -1 ? polls.value.length : firstOpen) - 1
  })
  const next = computed(() => polls.value[place.value + 1])
  const previous = computed(() => polls.value[currentId.value === null ? place.value : place.value - 1])

  async function move(pollId: string | null, closePrevious: boolean): Promise<Move | undefined> {
    if (isMoving.value) return undefined
    isMoving.value = true
    const from = currentId.value
    const wasOpen = polls.value.find(({ id }) => id === from)?.status === 'open'
    const answer = await changeRoom({ currentPollId: pollId, closePrevious })
    isMoving.value = false
    if (!answer) return undefined
    lastOn.value = from ?? lastOn.value
    return { from, hasClosed: closePrevious && wasOpen }
  }

  async function moveTo(pollId: string | null): Promise<void> {
    const moved = await move(pollId, true)
    if (moved) lastMove.value = moved
  }

  return {
    next,
    previous,
    /** Null shows that the next question comes soon. Closes the poll that was on. */
    moveTo,
    moveToNext: async () => next.value && moveTo(next.value.id),
    /** The move that can be undone. */
    lastMove: shallowReadonly(lastMove),
    /** Back to the poll before, which is opened again if the move had closed it. The other one stays open. */
    async undo(): Promise<void> {
      const undone = lastMove.value
      if (!undone || !(await move(undone.from, false))) return
      lastMove.value = undefined
      if (undone.from !== null && undone.hasClosed) await changePoll(undone.from, { status: 'open' })
    },
  }
}

export type Moves = ReturnType<typeof useMoves>
