import type { Poll } from '@pollcast/shared/poll'
import type { Room, RoomEvent } from '@pollcast/shared/room'
import { onBeforeMount, shallowReadonly, shallowRef, watch } from 'vue'
import type { Access } from '../api/access.ts'
import { ApiProblem } from '../api/api-problem.ts'
import { readEventId } from '../api/event-id.ts'
import { type OfEpoch, toldOf } from '../api/told.ts'
import { useApi, useServedPage } from '../context.ts'
import { ownBallots } from './own-ballots.ts'
import { createPollFeed, type PollFeed } from './poll-feed.ts'
import { useStream } from './use-stream.ts'

type CurrentPoll = ReturnType<typeof createPollFeed>

/**
 * A room and the poll that is on in it, as the host moves it: by one stream, without another request. Whoever comes late
 * lands on what is on.
 *
 * @param access the host's key or the voter's one-time code; when it changes, the room is read anew
 */
export function useRoom(code: string, access: () => Access = () => ({})) {
  const api = useApi()
  const served = useServedPage().takeRoom(code)
  const isPublic = isSame(access(), {})
  // What the page was served with is everybody's: with a key or code there is more.
  const firstTold = isPublic && served?.eventId ? toldOf(served.data, served.eventId) : undefined
  /** The host's own fields (`polls`, `log`, `watching`) are there with the key only. */
  const room = shallowRef<Room>()
  /** Null between two polls. */
  const feed = shallowRef<PollFeed | null>(null)
  /** Why there is nothing to show any more. */
  const end = shallowRef<'deleted' | 'unauthorized'>()
  const problem = shallowRef<ApiProblem>()
  let current: CurrentPoll | undefined
  /** As the stream told it last: an answer that was under way meanwhile is older. */
  let watching: number | undefined

  const state = useStream(
    { url: streamUrl, topics: () => ({ rooms: [code] }), access, served: firstTold },
    {
      onSnapshot(snapshot) {
        if (snapshot.pollId === feed.value?.poll.value.id) current?.onSnapshot(snapshot)
      },
      onRoom: receive,
      onWatching(told) {
        watching = told.watching
        if (room.value) room.value = { ...room.value, watching }
      },
      onEnd({ reason }) {
        end.value = reason
      },
    },
  )

  /** Its host is told how many watch, too, and a screen that shows it to all. */
  function streamUrl(): string | undefined {
    const isWanted = access().hostKey || access().isAnonymous
    return room.value && api.resolve(room.value.streamUrl + (isWanted ? '?watching=on' : ''))
  }

  /** Everything in an event is the same for all, so the voter's own ballot is what their browser keeps of it. */
  function receive(event: RoomEvent): void {
    if (!room.value) return
    const { poll, ...moved } = event
    const own = poll && { ...poll, ...ownBallots(access().code).find(poll) }
    room.value = { ...room.value, ...moved, poll: own }
    show(own)
  }

  function show(poll: OfEpoch<Poll> | null, epoch = poll?.epoch): void {
    if (poll && current && poll.id === feed.value?.poll.value.id) return current.onPoll(poll, poll)
    current = poll ? createPollFeed(poll, state, epoch) : undefined
    feed.value = current?.feed ?? null
  }

  function take(answer: Room, epoch?: string): void {
    if (answer.poll && !access().isAnonymous) ownBallots(access().code).keep(answer.poll, answer.poll)
    room.value = { ...answer, watching: watching ?? answer.watching }
    show(answer.poll, epoch)
  }

  async function load(): Promise<void> {
    problem.value = undefined
    const asked = access()
    try {
      const answer = await api.getRoom(code, asked)
      if (isSame(asked, access())) take(answer)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (isSame(asked, access())) problem.value = error
    }
  }

  const servedEpoch = readEventId(served?.eventId ?? '')?.epoch
  if (served && isPublic) {
    take(served.data, servedEpoch)
  } else if (served) {
    room.value = served.data
    show(served.data.poll, servedEpoch)
  }
  // In a hook, so that unexpected errors reach Vue's error handler.
  if (!served || !isPublic) onBeforeMount(load)
  watch([() => access().hostKey, () => access().code], () => {
    end.value = undefined
    watching = undefined
    void load()
  })

  return {
    room: shallowReadonly(room),
    feed: shallowReadonly(feed),
    end: shallowReadonly(end),
    state,
    problem: shallowReadonly(problem),
    load,
    /** Takes the answer to a host's request. */
    take,
  }
}

const isSame = (one: Access, other: Access) => one.hostKey === other.hostKey && one.code === other.code
