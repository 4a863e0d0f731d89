import type { Poll, Snapshot } from '@pollcast/shared/poll'
import { shallowReadonly, shallowRef } from 'vue'
import { newerOf, snapshotOf } from '../api/snapshot.ts'
import { type Served, useApi } from '../context.ts'
import { useStream } from './use-stream.ts'

/** The newest snapshot of a poll, from whichever way it came. */
export function useSnapshot({ data, streamUrl = data.streamUrl }: Served<Poll>) {
  const api = useApi()
  const snapshot = shallowRef(snapshotOf(data))

  function merge(arrived: Snapshot): void {
    snapshot.value = newerOf(snapshot.value, arrived)
  }

  const state = useStream(() => api.urlOf(streamUrl), merge)
  return { snapshot: shallowReadonly(snapshot), state, merge }
}
