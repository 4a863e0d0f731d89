import { type Ref, shallowReadonly, shallowRef, watch } from 'vue'
import type { Access } from '../api/access.ts'
import type { StreamHandle, StreamState } from '../api/stream-client.ts'
import { openTabStream, type StreamListener } from '../api/tab-stream.ts'
import type { Told } from '../api/told.ts'
import type { Topics } from '../api/topics.ts'
import { isOwnVoter, voterToken } from '../api/voter-token.ts'
import { notePainted } from './live-freshness.ts'
import { usePageVisibility } from './use-page-visibility.ts'
import { useResume } from './use-resume.ts'

/** What to listen to, as it is at the moment. */
interface Source {
  /** Undefined is no address yet. */
  url: () => string | undefined
  topics: () => Topics
  access?: () => Access
  /** What the page came with. */
  served?: Told | undefined
}

/** Listens to a stream while the scope lives and the tab is visible. A new address or access is a new stream. */
export function useStream(
  { url, topics, access = () => ({}), served }: Source,
  listener: Omit<StreamListener, 'onState'>,
): Readonly<Ref<StreamState>> {
  const state = shallowRef<StreamState>('connecting')
  const isVisible = usePageVisibility()
  let stream: StreamHandle | undefined

  watch(
    // Getters alone: with a shallow ref among them, Vue calls back where no value has changed, too.
    [url, () => isVisible.value, () => access().hostKey, () => access().code, isOwnVoter],
    ([address, visible], _before, onCleanup) => {
      if (!address || !visible) return
      state.value = 'connecting'
      // What it shows later on is known better by then.
      const begin = served
      served = undefined
      stream = openTabStream(address, {
        ...listener,
        onSnapshot(snapshot, isUpdate) {
          listener.onSnapshot(snapshot, isUpdate)
          if (isUpdate && snapshot.age !== undefined) notePainted(snapshot.now, snapshot.age)
        },
        topics: topics(),
        access: access(),
        served: begin,
        onState: (next) => {
          state.value = next
        },
      })
      onCleanup(() => {
        stream?.close()
        stream = undefined
      })
    },
    { immediate: true },
  )
  // What this voter may see is another thing now.
  watch(voterToken, () => stream?.reconnect())
  useResume({ onChange: () => stream?.reconnect(), onSeen: () => stream?.reconnectIfSilent() })
  return shallowReadonly(state)
}
