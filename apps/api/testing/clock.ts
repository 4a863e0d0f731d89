import { onTestFinished, vi } from 'vitest'

/** Stops the monotonic clock until the test ends, so that no bucket of a limit fills up meanwhile, however slow the machine is. */
export function stopClock(): void {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now())
  onTestFinished(() => clock.mockRestore())
}
