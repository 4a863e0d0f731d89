import type { Snapshot } from '@pollcast/shared/poll'
import { type Ref, shallowReadonly, shallowRef, watch } from 'vue'
import type { StreamState } from '../api/stream-client.ts'
import { openTabStream } from '../api/tab-stream.ts'
import { usePageVisibility } from './use-page-visibility.ts'

/**
 * Listens to the stream at an address while the scope lives and the tab is visible. The address may change; undefined
 * is no address yet.
 */
export function useStream(
  url: () => string | undefined,
  onSnapshot: (snapshot: Snapshot) => void,
): Readonly<Ref<StreamState>> {
  const state = shallowRef<StreamState>('connecting')
  const isVisible = usePageVisibility()

  watch(
    [url, isVisible],
    ([address, visible], _before, onCleanup) => {
      if (!address || !visible) return
      state.value = 'connecting'
      const stream = openTabStream(address, {
        onSnapshot,
        onState: (next) => {
          state.value = next
        },
      })
      const listeners = new AbortController()
      const { signal } = listeners
      window.addEventListener('online', stream.reconnect, { signal })
      window.addEventListener('offline', stream.reconnect, { signal })
      document.addEventListener('visibilitychange', () => document.hidden || stream.reconnectIfSilent(), { signal })
      onCleanup(() => {
        listeners.abort()
        stream.close()
      })
    },
    { immediate: true },
  )
  return shallowReadonly(state)
}
