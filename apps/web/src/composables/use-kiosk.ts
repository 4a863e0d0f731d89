import { useTimeoutFn } from '@vueuse/core'
import { type Ref, shallowReadonly, shallowRef, watch } from 'vue'

const CLEAR_AFTER_MS = 3_000

/**
 * Where a tablet is passed around, each vote is someone else's: the page thanks for it, takes no other one meanwhile, and
 * after 3 seconds is as it was for the next voter.
 */
export function useKiosk(hasVoted: () => boolean, isKiosk: () => boolean, clear: () => void): Readonly<Ref<boolean>> {
  const isThanking = shallowRef(false)
  const { start } = useTimeoutFn(
    () => {
      isThanking.value = false
      clear()
    },
    CLEAR_AFTER_MS,
    { immediate: false },
  )
  watch(hasVoted, (voted) => {
    if (!voted || !isKiosk()) return
    isThanking.value = true
    start()
  })
  return shallowReadonly(isThanking)
}
