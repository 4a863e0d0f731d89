import { useEventListener, useIntervalFn } from '@vueuse/core'
import { moment, since } from '../api/elapsed.ts'

const TICK_MS = 2_000
/** A tick that is later than this was not late but asleep. */
const SLEPT_MS = 10_000

interface Resumed {
  /** The network is another one, or the machine has slept: whatever was open is dead. */
  onChange(): void
  /** The page is seen again. What was open may be alive. */
  onSeen(): void
}

/** Tells, while the scope lives, of what no timer tells of in time. */
export function useResume({ onChange, onSeen }: Resumed): void {
  let last = moment()
  useIntervalFn(() => {
    const slept = since(last) > SLEPT_MS
    last = moment()
    // Timers of a hidden page may be as late.
    if (slept) onSeen()
  }, TICK_MS)
  useEventListener(window, ['online', 'offline'], onChange)
  useEventListener(window, 'pageshow', ({ persisted }) => persisted && onChange())
  useEventListener(document, 'visibilitychange', () => document.hidden || onSeen())
}
