import { useDocumentVisibility, useEventListener, useTimeoutFn } from '@vueuse/core'
import { type Ref, shallowReadonly, shallowRef, watch } from 'vue'
import { isOwnVoter } from '../api/voter-token.ts'
import { hasChannels } from '../browser/channel.ts'

const HIDDEN_TIMEOUT_MS = 30_000

/**
 * Whether the tab is visible: true as soon as it is, false once it has been hidden for 30 seconds, or is left. A tab that
 * nobody sees needs no news, and its browser slows its timers down: it should not have the stream that others need. Where tabs
 * don't share one (`isOwnVoter`, or a browser without channels), it is false at once: over HTTP/1.1 six streams are all that a browser has.
 */
export function usePageVisibility(): Readonly<Ref<boolean>> {
  const visibility = useDocumentVisibility({ document })
  const isVisible = shallowRef(visibility.value === 'visible')
  const hide = () => {
    isVisible.value = false
  }
  const isShared = () => hasChannels() && !isOwnVoter()
  const { start, stop } = useTimeoutFn(hide, () => (isShared() ? HIDDEN_TIMEOUT_MS : 0), { immediate: false })

  watch(visibility, (state) => {
    if (state === 'hidden') return start()
    stop()
    isVisible.value = true
  })
  useEventListener(window, 'pagehide', hide)
  useEventListener(window, 'pageshow', () => {
    if (visibility.value === 'visible') isVisible.value = true
  })
  return shallowReadonly(isVisible)
}
