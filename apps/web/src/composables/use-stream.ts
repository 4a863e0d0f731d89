import { useEventListener } from '@vueuse/core'
import { type Ref, shallowReadonly, shallowRef, watch } from 'vue'
import type { StreamClient, StreamListener, StreamState } from '../api/stream-client.ts'
import { openTabStream } from '../api/tab-stream.ts'
import { usePageVisibility } from './use-page-visibility.ts'

/**
 * Listens to the stream at an address, of these polls, while the scope lives and the tab is visible. The address may
 * change; undefined is no address yet.
 */
export function useStream(
  url: () => string | undefined,
  pollIds: () => readonly string[],
  listener: Omit<StreamListener, 'onState'>,
): Readonly<Ref<StreamState>> {
  const state = shallowRef<StreamState>('connecting')
  const isVisible = usePageVisibility()
  let stream: StreamClient | undefined

  watch(
    [url, isVisible],
    ([address, visible], _before, onCleanup) => {
      if (!address || !visible) return
      state.value = 'connecting'
      stream = openTabStream(address, pollIds(), {
        ...listener,
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
  useEventListener(window, ['online', 'offline'], () => stream?.reconnect())
  useEventListener(document, 'visibilitychange', () => document.hidden || stream?.reconnectIfSilent())
  return shallowReadonly(state)
}
