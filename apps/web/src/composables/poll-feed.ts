import type { EditedPoll, Poll, SharedPoll, Snapshot } from '@pollcast/shared/poll'
import { type Ref, shallowReadonly, shallowRef } from 'vue'
import { newerOf } from '../api/snapshot.ts'
import type { StreamState } from '../api/stream-client.ts'
import { editedOf, type OfEpoch, snapshotOfPoll } from '../api/told.ts'
import type { PollStatus } from '../kinds/kind.ts'
import { oncePerFrame } from './once-per-frame.ts'
import type { Own } from './own-ballots.ts'

/** One poll as it moves, wherever its news comes from: its own stream or its room's. */
export interface PollFeed {
  /** Its question and settings, and the voter's ballot as it was when the poll came. */
  readonly poll: Readonly<Ref<Poll>>
  readonly snapshot: Readonly<Ref<OfEpoch<Snapshot>>>
  readonly status: Readonly<Ref<PollStatus>>
  /** Of the stream. */
  readonly state: Readonly<Ref<StreamState>>
  /** Takes what the server answered. */
  merge(received: Snapshot): void
  markDeleted(): void
}

/** The same object where nothing was edited. */
function withEdits(poll: Poll, newest: Snapshot): Poll {
  const edited = editedOf(newest)
  const names = Object.keys(edited ?? {}) as (keyof EditedPoll)[]
  return names.some((name) => edited?.[name] !== poll[name]) ? { ...poll, ...edited } : poll
}

/** A feed, and how a stream feeds it. */
export function createPollFeed(first: Poll, state: Readonly<Ref<StreamState>>, epoch?: string) {
  const poll = shallowRef(first)
  let newest: OfEpoch<Snapshot> = { ...snapshotOfPoll(first), ...(epoch !== undefined && { epoch }) }
  const snapshot = shallowRef(newest)
  const status = shallowRef<PollStatus>(newest.status)

  function showNewest(): void {
    if (snapshot.value === newest) return
    snapshot.value = newest
    if (status.value !== 'deleted') status.value = newest.status
    poll.value = withEdits(poll.value, newest)
  }

  function merge(received: OfEpoch<Snapshot>): void {
    newest = newerOf(newest, received)
    showNewest()
  }

  /** A busy poll's stream has more snapshots than the screen has frames. */
  const showNewestOncePerFrame = oncePerFrame(showNewest)

  const feed: PollFeed = {
    poll: shallowReadonly(poll),
    snapshot: shallowReadonly(snapshot),
    status: shallowReadonly(status),
    state,
    merge,
    markDeleted() {
      status.value = 'deleted'
    },
  }
  return {
    feed,
    onSnapshot(received: OfEpoch<Snapshot>) {
      newest = newerOf(newest, received)
      showNewestOncePerFrame()
    },
    /** Takes the whole poll, as a stream begins with it: its settings may have changed too. */
    onPoll(shared: OfEpoch<SharedPoll>, own: Own) {
      const { epoch } = shared
      const received = { ...shared, ...own }
      merge({ ...snapshotOfPoll(received), ...(epoch !== undefined && { epoch }) })
      // What the stream has told meanwhile is newer.
      poll.value = withEdits(received, newest)
    },
  }
}
