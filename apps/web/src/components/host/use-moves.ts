import { computed, shallowReadonly, shallowRef } from 'vue'
import { serverClock } from '../../api/server-clock.ts'
import { useHost } from './use-host.ts'

/** From which poll the room was moved. */
interface Move {
  from: string | null
  /** If the move closed it: when its timer would have. */
  closed: { closesAt: string | null } | undefined
}

/** Which poll is on: the next one, the one before, any other, or none; and the last of these moves undone. */
export function useMoves() {
  const { polls, room, changeRoom, changePoll } = useHost()
  const lastMove = shallowRef<Move>()
  /** That is on or, between two polls, was. */
  const lastOn = shallowRef<string>()
  /** Moves that have been asked for and are not done. */
  let underWay = 0
  let last: Promise<unknown> = Promise.resolve()

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

  /** One that is asked for while another is under way comes after it. */
  function move(pollId: string | null, closePrevious: boolean): Promise<Move | undefined> {
    underWay += 1
    const moved = last
      .then(() => carryOut(pollId, closePrevious))
      .finally(() => {
        underWay -= 1
      })
    last = moved.catch(() => {})
    return moved
  }

  async function carryOut(pollId: string | null, closePrevious: boolean): Promise<Move | undefined> {
    const from = currentId.value
    const before = polls.value.find(({ id }) => id === from)
    const closed = closePrevious && before?.status === 'open' ? { closesAt: before.closesAt } : undefined
    const answer = await changeRoom({ currentPollId: pollId, closePrevious })
    if (!answer) return undefined
    lastOn.value = from ?? lastOn.value
    return { from, closed }
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
    /** Does nothing while the room is moved: a key that is pressed twice by mistake skips no question. */
    moveToNext: async () => underWay === 0 && next.value && moveTo(next.value.id),
    /** The move that can be undone. */
    lastMove: shallowReadonly(lastMove),
    /**
     * Back to the poll before, which is opened again with its timer if the move had closed it, unless that would have closed it by
     * now. The other one stays open.
     */
    async undo(): Promise<void> {
      const undone = lastMove.value
      if (!undone || !(await move(undone.from, false))) return
      lastMove.value = undefined
      const { from, closed } = undone
      if (from === null || !closed) return
      const { closesAt } = closed
      if (closesAt === null || Date.parse(closesAt) > serverClock.now())
        await changePoll(from, { status: 'open', closesAt })
    },
  }
}

export type Moves = ReturnType<typeof useMoves>
