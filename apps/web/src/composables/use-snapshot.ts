import type { Poll, Snapshot } from '@pollcast/shared/poll'
import { shallowReadonly, shallowRef } from 'vue'
import { newerOf } from '../api/snapshot.ts'
import { type Served, useApi } from '../context.ts'
import type { Kind } from '../kinds/kind.ts'
import { useStream } from './use-stream.ts'

/** The newest snapshot of a poll, whether it came by the stream or was passed to `merge`. */
export function useSnapshot({ data, streamUrl = data.streamUrl }: Served<Poll>, kind: Kind) {
  const api = useApi()
  const snapshot = shallowRef(kind.snapshotOf(data))

  function merge(received: Snapshot): void {
    snapshot.value = newerOf(snapshot.value, received)
  }

  const state = useStream(() => api.urlOf(streamUrl), merge)
  return { snapshot: shallowReadonly(snapshot), state, merge }
}
