import type { Snapshot } from '@pollcast/shared/poll'
import { type Ref, shallowReadonly, shallowRef, watch } from 'vue'
import type { StreamState } from '../api/stream-client.ts'
import { openTabStream } from '../api/tab-stream.ts'
import { useWatched } from './use-watched.ts'

/**
 * Listens to the stream at an address for as long as the scope lives and the tab is looked at; the address may change,
 * and undefined is none yet.
 */
export function useStream(
  url: () => string | undefined,
  onSnapshot: (snapshot: Snapshot) => void,
): Readonly<Ref<StreamState>> {
  const state = shallowRef<StreamState>('connecting')
  const isWatched = useWatched()

  watch(
    [url, isWatched],
    ([address, watched], _before, onCleanup) => {
      if (!address || !watched) return
      state.value = 'connecting'
      const stream = openTabStream(address, {
        onSnapshot,
        onState: (next) => {
          state.value = next
        },
      })
      const page = new AbortController()
      const { signal } = page
      window.addEventListener('online', stream.reconnect, { signal })
      window.addEventListener('offline', stream.reconnect, { signal })
      document.addEventListener('visibilitychange', () => document.hidden || stream.wake(), { signal })
      onCleanup(() => {
        page.abort()
        stream.close()
      })
    },
    { immediate: true },
  )
  return shallowReadonly(state)
}
