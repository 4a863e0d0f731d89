import type { Poll, Snapshot } from '@pollcast/shared/poll'
import { shallowReadonly, shallowRef } from 'vue'
import { newerOf } from '../api/snapshot.ts'
import { type Served, useApi } from '../context.ts'
import type { Kind } from '../kinds/kind.ts'
import { oncePerFrame } from './once-per-frame.ts'
import { useStream } from './use-stream.ts'

/**
 * The newest snapshot of a poll, whether it came by the stream or was passed to `merge`; and whether the poll has been
 * deleted meanwhile, as the stream says or `markDeleted` was told.
 */
export function useSnapshot({ data, streamUrl = data.streamUrl }: Served<Poll>, kind: Kind) {
  const api = useApi()
  let newest = kind.snapshotOf(data)
  const snapshot = shallowRef(newest)
  const isDeleted = shallowRef(false)

  function showNewest(): void {
    snapshot.value = newest
  }

  function merge(received: Snapshot): void {
    newest = newerOf(newest, received)
    showNewest()
  }

  /** A busy poll's stream has more snapshots than the screen has frames. */
  const showNewestOncePerFrame = oncePerFrame(showNewest)
  function onSnapshot(received: Snapshot): void {
    newest = newerOf(newest, received)
    showNewestOncePerFrame()
  }

  function markDeleted(): void {
    isDeleted.value = true
  }

  const state = useStream(
    () => api.urlOf(streamUrl),
    () => [data.id],
    { onSnapshot, onEnd: markDeleted },
  )
  return { snapshot: shallowReadonly(snapshot), isDeleted: shallowReadonly(isDeleted), state, merge, markDeleted }
}
