import { onScopeDispose, type Ref, shallowReadonly, shallowRef, watch } from 'vue'
import { serverClock } from '../api/server-clock.ts'

/**
 * Whole seconds until this moment by the server's clock, rounded up; undefined where there is no such moment. It never goes
 * up while the moment stays the same, however the clocks are found to differ meanwhile, unless one of them was set.
 *
 * @param closesAt ISO 8601
 */
export function useCountdown(closesAt: () => string | null): Readonly<Ref<number | undefined>> {
  const seconds = shallowRef<number>()
  let timer: ReturnType<typeof setTimeout> | undefined

  function count(end: number): void {
    // From the clock each time: timers are late, and stop while a machine sleeps.
    const left = Math.max(0, end - serverClock.now())
    seconds.value = Math.min(seconds.value ?? Number.POSITIVE_INFINITY, Math.ceil(left / 1000))
    if (left > 0) timer = setTimeout(count, left % 1000 || 1000, end)
  }

  watch(
    [closesAt, serverClock.resets] as const,
    ([moment]) => {
      clearTimeout(timer)
      seconds.value = undefined
      if (moment !== null) count(Date.parse(moment))
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))
  return shallowReadonly(seconds)
}
